-- Each index is carried to by itself, oldest entries first.
CREATE INDEX outbox_by_collection ON outbox (collection, sequence);
