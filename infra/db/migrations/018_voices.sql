-- Every voice: what residents tell without a name. No address, no account, no position, no time of day. A schema of its
-- own kind of care: the place is a zone or a cell of about 5 km2 before it arrives, the code for erasure is a hash.
create table voice (
  id            bigint generated always as identity primary key,
  place_kind    text not null check (place_kind in ('zone', 'cell')),
  place         text not null,
  received_on   date not null,
  -- as the consent text promised on that day; a city that shortens the time shortens it for all (api/voices/retention.ts)
  delete_on     date not null check (delete_on > received_on),
  language      text not null,
  -- version of the text that was agreed to
  consent       text not null,
  -- SHA-256 of a random code of 80 bits
  code_hash     bytea not null unique,
  comment       text,
  comment_state text not null check (comment_state in ('none', 'waiting', 'approved', 'refused')),
  -- a refused text is not kept
  check ((comment is null) = (comment_state in ('none', 'refused')))
);
create index on voice (delete_on);
create index on voice (id) where comment_state = 'waiting';
create index on voice (id) where comment_state = 'approved';

-- What may be published comes in batches of at least the threshold, so that whoever compares today's figures with
-- yesterday's never sees one voice arrive (api/voices/batches.ts).
create table voice_batch (
  id          bigint generated always as identity primary key,
  topic       text not null,
  place_kind  text not null,
  place       text not null,
  released_on date not null
);
create table voice_rating (
  voice_id  bigint not null references voice on delete cascade,
  topic     text not null,
  rating    smallint not null check (rating between 1 and 5),
  -- null: waits for enough others
  batch_id  bigint references voice_batch on delete set null,
  -- was published once, until a voice of its batch was erased: waits for a whole batch of new ones
  withdrawn boolean not null default false,
  primary key (voice_id, topic)
);
create index on voice_rating (batch_id);
