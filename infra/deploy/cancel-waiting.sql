-- After a restore: what waited in the backup may have been sent since, and a copy for trying things out is to notify nobody.
update notification set state = 'cancelled', cancelled = 'restored', held_by = null where state = 'waiting';
update notification_message set state = 'undeliverable', last_error = 'not sent by the restored city', finished_at = now()
where state = 'pending';
