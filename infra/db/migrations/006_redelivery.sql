-- When messages without a time of their own came. Their time of arrival is their key, so a message that was committed
-- but not acknowledged, because the worker was killed in between, has to be recognised when the broker delivers it again:
-- by the identifier it has in its session, and a digest of its topic and payload, because identifiers are used again.
-- At most 65,535 rows for each session: an identifier's latest message replaces the one before.
create table first_arrival (
  session     text not null,
  message_id  int not null,
  digest      bytea not null,
  received_at timestamptz not null,
  primary key (session, message_id)
) with (fillfactor = 70);
