-- Incidents that missing data opened ended without notifications taking note: they were reminded of and escalated after their end.
update notification_incident n set state = 'ended', ended_at = i.closed_at
from incident i where i.id::text = n.incident_id and i.closed_at is not null and n.state <> 'ended';
update notification n set state = 'cancelled', cancelled = 'ended', held_by = null
from incident i
where i.id::text = n.incident_id and i.closed_at is not null and n.state = 'waiting' and (n.escalation or n.kind = 'reminder');
