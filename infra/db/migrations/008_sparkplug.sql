-- What Sparkplug B edge nodes said in their births. Data names its metrics by numbers that only a birth explains, and
-- any worker may get either, so it is kept here.

-- One row per edge node, `<group>/<node>`: its session and how far its messages were counted.
create table sparkplug_node (
  node        text primary key,
  -- of the session that the last NBIRTH opened; a death counts when it carries the same number
  bd_seq      bigint,
  born_at     timestamptz,
  online      boolean not null default false,
  -- the number (0 to 255) that comes next; null while nothing is counted
  next_seq    smallint,
  -- [number, Unix ms] of messages that came before their turn, and since when one is missing
  ahead       jsonb not null default '[]',
  gap_since   timestamptz,
  -- something was lost: a rebirth is to be asked for
  needs_birth boolean not null default false,
  asked_at    timestamptz
);
create index on sparkplug_node (node) where needs_birth or gap_since is not null;

-- The metrics of a birth, by the time it states; the last few of each device are kept for messages that come late.
create table sparkplug_birth (
  -- `<group>/<node>` or `<group>/<node>/<device>`
  device  text not null,
  born_at timestamptz not null,
  node    text not null,
  -- [name, alias or null, datatype, unit or null]
  metrics jsonb not null,
  primary key (device, born_at)
);
create index on sparkplug_birth (node);
