-- The key pair by which push services recognise this city (VAPID, RFC 8292), made when it is first needed.
create table notification_vapid (
  id          smallint primary key default 1 check (id = 1),
  public_key  text not null,
  -- encrypted, AES-256-GCM
  private_key bytea not null
);
