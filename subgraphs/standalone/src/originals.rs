//! The admin server's share of the sample data (crawl sources, runs, items, files), and the admin server itself.
