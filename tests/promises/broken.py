"""For each probe, installations that are broken in the one respect which it must notice."""

from djmixersoft.policy.compile import door_text
from tests.promises.sabotage import (
    ANY_LINK,
    ANY_MEMBER,
    ANY_PROGRAM,
    ANY_TICKET,
    ANYBODY,
    CLOSED_LIST,
    Sabotage,
    file,
    old_tls,
    opened,
    page,
    sql,
    weakened,
)
from tests.promises.tampering import with_header, with_status, with_words, without_header
from tests.vault.sealing import noise, seal

BLOB = "blobs/3b/9a/3b9ac9ff-0000-4000-8000-000000000000"
ARRIVING = "blobs/incoming/0123456789abcdef0123456789abcdef"
OGG = b"OggS\x00\x02" + bytes(58) + b"\x01\x1evorbis" + noise(4_000)
TEXT = b"Set list for Friday: the one with the trumpet, then the other one. " * 40
CSP = "Content-Security-Policy"

# By promise and probe: in what way it is broken, and how that is done.
BROKEN: dict[tuple[str, str], dict[str, Sabotage]] = {
    ("1a", "what_is_linked_to_people_is_locked"): {
        "the machine's own records learn whose a row is": sql(
            "ALTER TABLE djms.probe_result ADD person_id uuid", undo="ALTER TABLE djms.probe_result DROP person_id"
        ),
        "a table is in no category": sql("CREATE TABLE djms.stray (account_id uuid)", undo="DROP TABLE djms.stray"),
        "people's rows are not locked": sql("ALTER TABLE djms.person DISABLE ROW LEVEL SECURITY"),
    },
    ("1b", "what_no_use_allows_is_refused"): {
        "a row policy lets everybody see": sql('ALTER POLICY "teamwork read account" ON djms.account USING (true)'),
        "the steward sees all sign-ins": sql('ALTER POLICY "retention read expired" ON djms.session USING (true)'),
        "a login can become another": sql(
            "GRANT djms_steward TO djms_mailer", undo="REVOKE djms_steward FROM djms_mailer"
        ),
        "a login can become the doors' owner": sql(
            "GRANT djms_door TO djms_sealer", undo="REVOKE djms_door FROM djms_sealer"
        ),
        "any cookie is believed": sql(ANYBODY),
    },
    ("1b", "the_database_is_what_the_rules_compile_to"): {
        "a row policy is dropped": sql('DROP POLICY "teamwork read account" ON djms.item'),
        "a row policy allows a little more": sql(
            'ALTER POLICY "teamwork read account" ON djms.item USING ('
            "account_id = ANY ((SELECT djms.my_accounts())::uuid[]) OR added_by = (SELECT djms.current_person()))"
        ),
        "row security no longer binds the owner": sql("ALTER TABLE djms.credential NO FORCE ROW LEVEL SECURITY"),
        "there is a right too many": sql("GRANT SELECT ON djms.person TO djms_desk"),
        "a door has another text": weakened("open_session", "begin", "begin --"),
        "row security doesn't bind a login": sql(
            "ALTER ROLE djms_analyst BYPASSRLS", undo="ALTER ROLE djms_analyst NOBYPASSRLS"
        ),
    },
    ("1e", "nobody_becomes_a_person_without_agreeing"): {
        "the site may make people": opened("person", "p_sign_in", "INSERT"),
        "agreements can be deleted": opened("terms_agreement", "p_self_service", "DELETE"),
    },
    ("1f", "what_is_entered_is_content"): {
        "the owner passes by a row policy": sql("ALTER TABLE djms.item_key NO FORCE ROW LEVEL SECURITY"),
    },
    ("1g", "a_legal_process_takes_two_and_is_kept_from_nobody_for_long"): {
        "who recorded one may confirm it": sql(
            "ALTER TABLE djms.legal_process RENAME CONSTRAINT legal_process_four_eyes TO anything",
            undo="ALTER TABLE djms.legal_process RENAME CONSTRAINT anything TO legal_process_four_eyes",
        ),
        "officers confirm by hand": opened("legal_process", "p_legal_process", "UPDATE"),
        "any session at the desk will do": weakened("current_staff", "if found_staff is null then", "if false then"),
        "what is silent shows": sql(
            'ALTER POLICY "teamwork read told" ON djms.reading USING ('
            "account_id = ANY ((SELECT djms.administered_accounts())::uuid[]))"
        ),
    },
    ("2a", "a_made_up_cookie_is_nobodys"): {"any cookie is believed": sql(ANYBODY)},
    ("2a", "no_cookie_before_signing_in"): {
        "a visitor gets a cookie": page(with_header("Set-Cookie", "visit=1; Path=/", "/terms")),
        "a page loads from elsewhere": page(with_header(CSP, "default-src 'none'; img-src https://c.example", "/")),
        "a page runs scripts": page(with_header(CSP, "default-src 'none'; script-src 'self'", "/")),
        "a page loads anything": page(without_header(CSP)),
    },
    ("2b", "public_pages_need_no_cookie"): {
        "a public page fails without one": page(with_status("403 Forbidden", "/privacy")),
        "a public page sets one": page(with_header("Set-Cookie", "visit=1", "/cookies")),
        "a page shows itself without signing in": page(with_status("200 OK", "/me")),
        "a page leads elsewhere": page(with_header("Location", "/register", "/studio")),
    },
    ("3a", "no_address_is_kept"): {"a log keeps addresses": file("log/site.log", b'{"of": "203.0.113.77"}\n')},
    ("3b", "no_address_is_kept"): {
        "a table keeps addresses": sql(
            "ALTER TABLE djms.session ADD seen inet", undo="ALTER TABLE djms.session DROP seen"
        ),
    },
    ("4a", "accounts_are_shut_to_strangers"): {
        "a stranger is taken for a member": sql(ANY_MEMBER),
        "nothing keeps an Administrator": sql("ALTER TABLE djms.membership DISABLE TRIGGER keep_an_administrator"),
    },
    ("4a", "a_program_does_no_more_than_its_token_says"): {
        "any token is believed": sql(ANY_PROGRAM),
        "a token that may only read may write": sql(
            'ALTER POLICY "teamwork remove account" ON djms.item_tag USING ('
            "account_id = ANY ((SELECT djms.my_accounts())::uuid[]))"
        ),
    },
    ("4a", "a_link_opens_only_what_it_names"): {
        "any link is believed": sql(ANY_LINK),
        "a link opens to all of an account": sql(
            'ALTER POLICY "sharing read linked" ON djms.item USING (account_id = (SELECT djms.linked_account()))'
        ),
        "a link opens to another account's item of the same id": sql(
            'ALTER POLICY "sharing read linked" ON djms.item_key USING (djms.linked(item_id))'
        ),
        "who holds a link sees all links": opened("share", "p_sharing"),
    },
    ("1d", "figures_come_in_bands_alone"): {
        "visitors read the numbers": opened("access_tally", "p_visiting"),
        "the figures are the numbers": sql(
            "INSERT INTO djms.access_tally VALUES ('2017-01-01', 'asked', 12)",
            door_text("access_figures").replace("case when n < 100 then 10 else", "case when true then 1 else"),
            undo="DELETE FROM djms.access_tally WHERE month = '2017-01-01'",
        ),
    },
    ("4b", "nobody_at_the_company_can_read_content"): {
        "the desk can do what members do": sql(
            "SET SESSION AUTHORIZATION djms_owner", "GRANT p_teamwork TO djms_desk", "RESET SESSION AUTHORIZATION"
        ),
        "the steward reads names of files": opened("item", "p_retention"),
    },
    ("4b", "the_desk_opens_nothing_that_is_not_on_record"): {
        "support sees whatever is named": sql('ALTER POLICY "support read unlocked" ON djms.item USING (true)'),
        "keys come with the name": sql(
            'ALTER POLICY "support read opened" ON djms.item_key USING ((account_id, item_id) ='
            " (SELECT one.account, one.item FROM djms.unlocked() one)"
            " AND (SELECT djms.current_staff('support')) IS NOT NULL)"
        ),
    },
    ("4c", "nobody_but_an_administrator_lets_anybody_in"): {
        "support grants access to itself": opened("access_grant", "p_support", "INSERT"),
        "support adds a key that signs approvals": opened("approval_key", "p_support", "INSERT"),
        "anybody decides": sql(ANYBODY, door_text("administers").replace("return exists (", "return true or exists (")),
    },
    ("4d", "names_and_keys_are_shown_to_nobody_unknown"): {
        "names of files are shown": sql('ALTER POLICY "teamwork read account" ON djms.item USING (true)'),
        "keys are shown": sql('ALTER POLICY "teamwork read account" ON djms.item_key USING (true)'),
    },
    ("4d", "files_lie_encrypted"): {
        "a song in the clear": file(BLOB, OGG),
        "a text in the clear": file(BLOB, TEXT),
        "a file whose second half is in the clear": file(BLOB, seal(noise(70_000)) + TEXT * 30),
        "a file on its way in, in the clear": file(ARRIVING, TEXT),
        "a file that was cut off": file(BLOB, seal(noise(20_000))[:16_460]),
        "a file under a name of its own": file("blobs/notes", seal(noise(20_000))),
        "a file that others may read": file(BLOB, seal(b"x"), mode=0o644),
    },
    ("6a", "passwords_are_stretched_and_their_verifiers_unreadable"): {
        "verifiers can be read": opened("credential", "p_sign_in"),
        "what second factors are compared with can be read": opened("factor", "p_sign_in"),
        "passwords are hardly stretched": weakened("sign_in_parameters", "memory_kib := 19456", "memory_kib := 1024"),
    },
    ("6a", "nobody_is_staff_by_sql"): {
        "the desk makes staff of whom it likes": opened("staff", "p_desk_sign_in", "INSERT"),
        "a made-up cookie is somebody": weakened("current_staff", "if found_staff is null then", "if false then"),
    },
    ("6a", "nobody_changes_what_is_on_record"): {
        "the site may remove entries": opened("ledger_entry", "p_visiting", "DELETE"),
        "the site may record what it likes": sql(
            "GRANT EXECUTE ON FUNCTION djms.record TO p_teamwork",
            undo="REVOKE EXECUTE ON FUNCTION djms.record FROM p_teamwork",
        ),
    },
    ("6a", "what_is_on_record_is_sealed"): {
        "the sealer refuses to go on": sql(
            "UPDATE djms.ledger_heads SET trouble = 'forked'", undo="UPDATE djms.ledger_heads SET trouble = ''"
        ),
        "something isn't as it was sealed": sql(
            "UPDATE djms.ledger_heads SET checked_at = now(), damage = 3",
            undo="UPDATE djms.ledger_heads SET checked_at = null, damage = 0",
        ),
        "the head isn't the signed one": sql(
            "UPDATE djms.ledger_heads SET size = size + 1", undo="UPDATE djms.ledger_heads SET size = size - 1"
        ),
    },
    ("6a", "pages_travel_encrypted"): {"TLS of yesterday": old_tls},
    ("6b", "limits_are_stated"): {"the limits are not stated": page(with_words({"superuser": "nobody"}))},
    ("7b", "the_newsletter_is_not_chosen_beforehand"): {
        "the box is ticked": page(with_words({'name="newsletter"': 'checked name="newsletter"'})),
        "the box is missing": page(with_words({'name="newsletter"': 'name="offers"'})),
    },
    ("S2", "the_contact_page_is_there_for_everybody"): {
        "the page fails": page(with_status("403 Forbidden", "/contact")),
        "the page sets a cookie": page(with_header("Set-Cookie", "asked=1", "/contact")),
        "the form lacks the address": page(with_words({'name="email"': 'name="phone"'})),
        "no page leads to it": page(with_words({'href="/contact"': 'href="/"'})),
    },
    ("9a", "what_is_asked_is_shown_to_nobody_else"): {
        "visitors read questions": opened("ticket", "p_visiting"),
        "any link is believed": sql(ANY_TICKET),
        "support needs no sign-in": sql('ALTER POLICY "support read all" ON djms.ticket_message USING (true)'),
        "anybody's own is everybody's": sql('ALTER POLICY "self-service read own" ON djms.ticket USING (true)'),
        "what isn't sent yet is read at the desk": opened("ticket_draft", "p_support"),
    },
    ("9a", "questions_are_answered"): {
        "a question waits for half a month": sql(
            "INSERT INTO djms.ticket (reference, topic, email, subject, updated_at)"
            " VALUES ('waiting', 'other', 'probe@invalid', '-', now() - interval '15 days')",
            undo="DELETE FROM djms.ticket WHERE reference = 'waiting'",
        ),
    },
    ("7d", "nobody_writes_mail_of_their_own"): {
        "the site may write mail": opened("mail_message", "p_sign_in", "INSERT"),
        "the database takes any text": sql(
            "ALTER TABLE djms.mail_message DROP CONSTRAINT mail_message_closed_list",
            undo="ALTER TABLE djms.mail_message ADD CONSTRAINT mail_message_closed_list"
            f" CHECK (template IN ({CLOSED_LIST}))",
        ),
    },
}
