-- Messages as they came, of sources whose pack says `archive`: what to read anew once a decoder or a mapping was mended.

-- The time it may be kept until stands in the row and divides the table, so that retention drops whole chunks whatever
-- the source, and a change of the pack does not reach back.
create table raw_message (
  keep_until  timestamptz not null,
  received_at timestamptz not null,
  source      text not null,
  topic       text not null,
  payload     bytea not null,
  -- payloads above the limit keep their first bytes and say how long they were
  full_bytes  bigint not null,
  -- the broker had kept it, and it has no time of its own
  retained    boolean not null,
  -- of topic and payload: what is replayed is kept once
  digest      bytea not null,
  primary key (source, received_at, digest, keep_until)
);
select create_hypertable('raw_message', 'keep_until', chunk_time_interval => interval '1 day', create_default_indexes => false);
alter table raw_message set (
  timescaledb.compress,
  timescaledb.compress_segmentby = 'source',
  timescaledb.compress_orderby = 'received_at'
);
select add_compression_policy('raw_message', compress_created_before => interval '2 days', schedule_interval => interval '6 hours');
select add_retention_policy('raw_message', drop_after => interval '1 hour', schedule_interval => interval '1 hour');

-- What was not understood is kept as long as observations are: after that its time is refused anyway.
create procedure forget_rejected(job_id int, config jsonb) language plpgsql as $$
begin
  delete from rejected_message where received_at < now() - (config ->> 'keep')::interval;
end
$$;
select add_job('forget_rejected', interval '1 day', config => '{"keep": "400 days"}');
