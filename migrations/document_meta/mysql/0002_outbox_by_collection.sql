-- Each index is carried to by itself, oldest entries first.
ALTER TABLE outbox ADD KEY outbox_by_collection (collection, sequence);
