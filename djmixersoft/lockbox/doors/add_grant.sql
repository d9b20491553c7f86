-- Grants access to what some items of a request are now, folders being what lies in them, for the doors that may. What comes
-- later isn't covered. Where nobody approved, a notice is written down with it: for now, or `not_before` that moment.
-- `signed`: the digest of what an Administrator signed of it, `by_key`. Answers 'granted', 'gone' where none of it is there, 'many' where that is over 10,000 items,
-- 'expired' where the legal process that it was for has ended.
create or replace function djms.add_grant(
  asked access_request, on_basis text, by_person uuid, chosen uuid[], from_then timestamptz, for_hours integer,
  download boolean, tells_first boolean default false, not_before timestamptz default null,
  signed bytea default null, by_key uuid default null) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  new_grant constant uuid := gen_random_uuid();
  until_then constant timestamptz := from_then + make_interval(hours => for_hours);
  covered uuid[];
begin
  -- Who ends the legal process waits for this, and then revokes it.
  if asked.process_id is not null and uncovered(asked.account_id, asked.process_id, chosen) = 'ended' then
    return 'expired';
  end if;
  covered := covered_items(asked.account_id, chosen);
  if cardinality(covered) = 0 then
    return 'gone';
  elsif cardinality(covered) > 10000 then
    return 'many';
  end if;
  insert into access_grant (account_id, id, request_id, basis, staff_id, staff_role, pseudonym, approved_by, items, starts,
                            ends, may_download, tells_first, signed_by, digest)
  values (asked.account_id, new_grant, asked.id, on_basis, asked.staff_id, asked.staff_role, asked.pseudonym, by_person,
          cardinality(covered), from_then, until_then, download, add_grant.tells_first,
          by_key, coalesce(signed, sha256(convert_to(
            concat_ws(E'\n', 'djmixersoft/access-grant/v1', asked.account_id, asked.id, new_grant, on_basis, asked.staff_id,
                      extract(epoch from from_then), extract(epoch from until_then), download) || E'\n' || (
              select string_agg(one::text, E'\n' order by one) from unnest(covered) one), 'UTF8'))));
  insert into access_grant_item (account_id, grant_id, item_id, staff_id)
  select asked.account_id, new_grant, one, asked.staff_id from unnest(covered) one;
  if on_basis <> 'approval' then
    insert into access_notice (account_id, grant_id, not_before)
    values (asked.account_id, new_grant, coalesce(add_grant.not_before, clock_timestamp()));
  end if;
  if on_basis = 'approval' and (for_hours < asked.hours or from_then > clock_timestamp()
                                or asked.may_download and not download
                                or cardinality(covered) < cardinality(covered_items(asked.account_id, asked.items))) then
    perform count_access('less', asked.created_at);
  end if;
  return 'granted';
end $$;
