-- Writes down what an Administrator is about to sign, exactly, as canonical JSON (RFC 8785); a passkey signs its SHA-256. It is
-- about 'access' to what a request asks for (or less: then `subject` is the request), 'after-notice' (that support may open an
-- access and tell afterwards), 'key-added' or 'key-dropped' (`subject` is the key). Good for 10 minutes, for who drafted it.
-- Answers 'drafted', or why not, as decide_request() does; 'no-key' where there is none that would count.
create or replace function djms.draft_approval(
  in_account uuid, about text, subject uuid, chosen uuid[], for_hours integer, from_then timestamptz, download boolean,
  out outcome text, out digest bytea, out statement bytea)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
  utc constant text := 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
  asked access_request;
  that approval_key;
  starts timestamptz := greatest(coalesce(from_then, clock_timestamp()), clock_timestamp());
  covered uuid[];
  said jsonb;
begin
  if not administers(me, in_account) then
    outcome := 'not-yours';
    return;
  elsif not needs_signature(in_account) then
    outcome := 'no-key';
    return;
  end if;
  said := jsonb_build_object(
    'about', about, 'account', in_account, 'at', to_char(clock_timestamp() at time zone 'UTC', utc), 'format',
    'djmixersoft-approval/v1', 'nonce', replace(gen_random_uuid()::text, '-', ''), 'person', me);
  if about = 'access' then
    select * into asked from access_request r where r.account_id = in_account and r.id = subject for share;
    if asked.id is null or not is_told(asked.process_id) then
      outcome := 'not-yours';
    elsif asked.state not in ('pending', 'asked') then
      outcome := 'decided';
    elsif asked.expires <= clock_timestamp() then
      outcome := 'expired';
    elsif coalesce(cardinality(chosen), 0) = 0 or not chosen <@ asked.items then
      outcome := 'items';
    elsif for_hours is null or for_hours not between 1 and asked.hours then
      outcome := 'hours';
    elsif from_then not between clock_timestamp() - interval '1 minute' and clock_timestamp() + interval '30 days' then
      outcome := 'starts';
    else
      covered := covered_items(in_account, chosen);
      outcome := case when cardinality(covered) = 0 then 'gone' when cardinality(covered) > 10000 then 'many' end;
    end if;
    if outcome is not null then
      return;
    end if;
    said := said || jsonb_build_object(
      'download', asked.may_download and coalesce(download, false), 'from', to_char(starts at time zone 'UTC', utc),
      'hours', for_hours, 'items', (select array_agg(one order by one) from unnest(covered) one), 'request', asked.id,
      'role', asked.staff_role, 'staff', asked.pseudonym, 'until',
      to_char((starts + make_interval(hours => for_hours)) at time zone 'UTC', utc), 'why', asked.reason, 'words',
      encode(sha256(convert_to(asked.words, 'UTF8')), 'hex'));
  elsif about in ('key-added', 'key-dropped') then
    select * into that from approval_key k where k.account_id = in_account and k.id = subject
       and (k.admitted_at is null) = (about = 'key-added') and (k.ends_at is null or k.ends_at > clock_timestamp());
    if that.id is null then
      outcome := 'not-yours';
      return;
    end if;
    said := said || jsonb_build_object('key', that.id, 'public', encode(that.spki, 'hex'));
  elsif about = 'after-notice' then
    subject := null;
  else
    raise exception 'no such statement' using errcode = '22023';
  end if;
  -- jsonb puts a blank after each comma of a list, which RFC 8785 doesn't have; ids hold neither.
  select convert_to('{' || string_agg(
           to_json(f.key)::text || ':' || case f.key when 'items' then replace(f.value::text, ', ', ',') else f.value::text end,
           ',' order by f.key collate "C") || '}', 'UTF8')
    into statement from jsonb_each(said) f;
  digest := sha256(statement);
  insert into approval_statement (account_id, digest, about, subject_id, person_id, statement, expires)
  values (in_account, digest, about, subject, me, statement, clock_timestamp() + interval '10 minutes');
  outcome := 'drafted';
end $$;
