-- An Administrator signed what they drafted, by one of the account's approval keys, and it is done: exactly that, whatever
-- else is asked for by now. `sign` follows from the key's sealed secret, so that SQL smuggled into the site's login can't claim
-- a signature that nobody checked. The signature is kept with what it signs; anybody can check it again (approval_verify.py).
-- Answers 'done', or why not: 'refused' (no such draft of theirs, other words or another key than that, used already, or a
-- count that didn't grow, as a copied key's), 'changed' (something of it is gone), 'decided', 'expired', 'not-yours'.
create or replace function djms.sign_approval(
  in_account uuid, signed bytea, by_key uuid, sign bytea, client_data bytea, authenticator_data bytea, signature bytea,
  count bigint) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
  draft approval_statement;
  asked access_request;
  said jsonb;
  items uuid[];
begin
  if not administers(me, in_account) then
    return 'not-yours';
  end if;
  select * into draft from approval_statement s
   where s.account_id = in_account and s.digest = signed and s.about <> 'challenge' and s.person_id = me
     and s.signed_at is null and s.expires > clock_timestamp() for update;
  if draft.digest is null or not answers_challenge(client_data, signed)
     or octet_length(coalesce(authenticator_data, '')) not between 37 and 4096
     or octet_length(coalesce(signature, '')) not between 8 and 1024 then
    return 'refused';
  end if;
  said := convert_from(draft.statement, 'UTF8')::jsonb;
  if draft.about = 'access' then
    select * into asked from access_request r where r.account_id = in_account and r.id = draft.subject_id for update;
    items := array(select one::uuid from jsonb_array_elements_text(said -> 'items') one);
    if asked.id is null or not is_told(asked.process_id) then
      return 'not-yours';
    elsif asked.state not in ('pending', 'asked') then
      return 'decided';
    elsif asked.expires <= clock_timestamp()
          or asked.process_id is not null and uncovered(in_account, asked.process_id, items) = 'ended' then
      return 'expired';
    elsif cardinality(covered_items(in_account, items)) <> cardinality(items) then
      return 'changed';
    end if;
  end if;
  update approval_key k set sign_count = coalesce(sign_approval.count, 0)
   where k.account_id = in_account and k.id = by_key and k.verifier = sha256(sign) and k.admitted_at is not null
     and (k.ends_at is null or k.ends_at > clock_timestamp())
     and (sign_approval.count > k.sign_count or (coalesce(sign_approval.count, 0) = 0 and k.sign_count = 0));
  if not found then
    return 'refused';
  end if;
  update approval_statement s
     set key_id = by_key, client_data = sign_approval.client_data, authenticator_data = sign_approval.authenticator_data,
         signature = sign_approval.signature, signed_at = clock_timestamp(), expires = clock_timestamp() + interval '730 days'
   where s.account_id = in_account and s.digest = signed;
  if draft.about = 'access' then
    if add_grant(asked, 'approval', me, items, (said ->> 'from')::timestamptz, (said ->> 'hours')::integer,
                 (said ->> 'download')::boolean, signed => signed, by_key => by_key) <> 'granted' then
      raise exception 'what was signed is gone' using errcode = '40001';
    end if;
    update access_request r set state = 'approved', decided_by = me, decided_at = clock_timestamp()
     where r.account_id = in_account and r.id = asked.id;
  elsif draft.about = 'after-notice' then
    insert into access_setting as was (account_id, after_notice, changed_by, changed_at)
    values (in_account, true, me, clock_timestamp())
    on conflict (account_id) do update
       set after_notice = true, changed_by = excluded.changed_by, changed_at = excluded.changed_at;
  elsif draft.about = 'key-added' then
    update approval_key k set admitted_at = clock_timestamp(), expires = null, signed_by = by_key, terms = signed
     where k.account_id = in_account and k.id = draft.subject_id and k.admitted_at is null and k.ends_at is null
       and k.expires > clock_timestamp();
    if not found then
      raise exception 'that key is gone' using errcode = '40001';
    end if;
  else
    update approval_key k set ends_at = clock_timestamp(), ended_by = me, signed_by = by_key, terms = signed
     where k.account_id = in_account and k.id = draft.subject_id;
  end if;
  return 'done';
end $$;
