"""Every address of the site. Each leads to a view with exactly one purpose."""

from typing import Final

from django.urls import path, register_converter

from djmixersoft.site.api import routes as api
from djmixersoft.site.views import (
    arranging,
    contact,
    copying,
    documents,
    errors,
    files,
    finding,
    folders,
    invitations,
    item,
    labels,
    ledger,
    me,
    members,
    public,
    record,
    registering,
    room,
    shared,
    shares,
    signing,
    studio,
    taking_out,
    tokens,
    trash,
    uploads,
    verifying,
    witnesses,
)


class Secret:
    """What a mailed link holds, as far as it may reach the database, which takes no NUL in a text."""

    regex = r"[^/\x00]{1,200}"

    def to_python(self, value: str) -> str:
        """Take it as it is; only the database knows whether it opens something."""
        return value

    def to_url(self, value: str) -> str:
        """Give it as it is."""
        return value


register_converter(Secret, "secret")

ACCOUNT: Final = "accounts/<uuid:account_id>"
ITEM: Final = f"{ACCOUNT}/items/<uuid:item_id>"
DOCUMENT: Final = f"{ACCOUNT}/documents/<uuid:item_id>"

urlpatterns = [
    path("", public.front, name="front"),
    path("privacy", public.privacy, name="privacy"),
    path("terms", public.terms, name="terms"),
    path("cookies", public.cookies, name="cookies"),
    path("contact", contact.contact, name="contact"),
    path("contact/<secret:token>", contact.contact_thread, name="contact-thread"),
    path("ledger/verify", verifying.ledger_verify, name="ledger-verify"),
    path("ledger/ledger_verify.py", verifying.ledger_verifier, name="ledger-verifier"),
    path("ledger", ledger.ledger, name="ledger"),
    path("ledger/checkpoint", ledger.checkpoint, name="ledger-checkpoint"),
    path("ledger/policy", ledger.policy, name="ledger-policy"),
    path("ledger/tile/<path:path>", ledger.tile, name="ledger-tile"),
    path("ledger/cosignatures", witnesses.cosignature, name="cosignature"),
    path("health", public.health, name="health"),
    path("mailbox/<secret:key>/", public.mailbox_list, name="mailbox"),
    path("mailbox/<secret:key>/<str:name>", public.mailbox_message, name="mailbox-message"),
    path("register", registering.register, name="register"),
    path("confirm/<secret:token>", registering.confirm, name="confirm"),
    path("sign-in", signing.sign_in, name="sign-in"),
    path("sign-out", signing.sign_out, name="sign-out"),
    path("password/forgotten", signing.forgotten, name="forgotten"),
    path("password/reset/<secret:token>", signing.reset, name="reset"),
    path("email/confirm/<secret:token>", me.email_confirm, name="email-confirm"),
    path("me", me.me, name="me"),
    path("me/name", me.me_name, name="me-name"),
    path("me/address", me.me_address, name="me-address"),
    path("me/email", me.me_email, name="me-email"),
    path("me/password", me.me_password, name="me-password"),
    path("me/newsletter", me.me_newsletter, name="me-newsletter"),
    path("me/sessions", me.sessions, name="sessions"),
    path("me/sessions/end", me.sessions_end_all, name="sessions-end-all"),
    path("me/sessions/<uuid:session_id>/end", me.session_end, name="session-end"),
    path("me/tokens", tokens.tokens, name="tokens"),
    path("me/tokens/<uuid:token_id>/end", tokens.token_end, name="token-end"),
    path("me/questions", contact.my_questions, name="my-questions"),
    path("me/questions/<uuid:ticket_id>", contact.my_question, name="my-question"),
    path("me/record", record.my_record, name="my-record"),
    path("me/record/export", record.my_record_export, name="my-record-export"),
    path("me/record/<int:index>", record.my_record_receipt, name="my-record-receipt"),
    path("shared/<secret:token>", shared.shared, name="shared"),
    path("shared/<secret:token>/items/<uuid:item_id>", shared.shared_item, name="shared-item"),
    path("shared/<secret:token>/items/<uuid:item_id>/file", shared.shared_file, name="shared-file"),
    path("invitations/<secret:token>", invitations.invitation, name="invitation"),
    path("invitations/<secret:token>/accept", invitations.invitation_accept, name="invitation-accept"),
    path("studio", studio.studio, name="studio"),
    path("accounts", studio.account_new, name="account-new"),
    path(ACCOUNT, folders.account, name="account"),
    path(f"{ACCOUNT}/rename", members.account_rename, name="account-rename"),
    path(f"{ACCOUNT}/upload", files.upload, name="upload"),
    path(f"{ACCOUNT}/uploads", uploads.uploads, name="uploads"),
    path(f"{ACCOUNT}/uploads/<uuid:upload_id>", uploads.upload, name="one-upload"),
    path(f"{ACCOUNT}/members", members.members, name="members"),
    path(f"{ACCOUNT}/members/<uuid:person_id>", members.member_change, name="member-change"),
    path(f"{ACCOUNT}/invitations", members.invite, name="invite"),
    path(
        f"{ACCOUNT}/invitations/<uuid:invitation_id>/withdraw", members.invitation_withdraw, name="invitation-withdraw"
    ),
    path(f"{ACCOUNT}/record", record.record, name="record"),
    path(f"{ACCOUNT}/record/export", record.record_export, name="record-export"),
    path(f"{ACCOUNT}/record/<int:index>", record.record_receipt, name="record-receipt"),
    path(f"{ACCOUNT}/witnesses", witnesses.witnesses, name="witnesses"),
    path(f"{ACCOUNT}/witnesses/drop", witnesses.witness_drop, name="witness-drop"),
    path(f"{ACCOUNT}/take-out", taking_out.take_out, name="take-out"),
    path(f"{ITEM}/take-out", taking_out.take_out_folder, name="take-out-folder"),
    path(f"{ITEM}/unpack", taking_out.unpack_item, name="unpack"),
    path(f"{ACCOUNT}/find", finding.find, name="find"),
    path(f"{ACCOUNT}/documents", documents.document_new, name="document-new"),
    path(f"{ACCOUNT}/documents/preview", documents.document_preview, name="document-preview"),
    path(DOCUMENT, documents.document, name="document"),
    path(f"{DOCUMENT}/history", documents.document_history, name="document-history"),
    path(f"{DOCUMENT}/history/<int:number>/restore", documents.document_restore, name="document-restore"),
    path(f"api/v1/{ACCOUNT}/uploads", uploads.uploads, name="api-uploads"),
    path(f"api/v1/{ACCOUNT}/uploads/<uuid:upload_id>", uploads.upload, name="api-one-upload"),
    path("api/v1/", (api.routes(), "api", "api")),
    path(f"{ACCOUNT}/folders", folders.folder_new, name="folder-new"),
    path(f"{ACCOUNT}/folders/<uuid:item_id>", folders.folder, name="folder"),
    path(f"{ACCOUNT}/move", arranging.move, name="move"),
    path(f"{ACCOUNT}/copy", copying.copy, name="copy"),
    path(f"{ACCOUNT}/tag", arranging.tag, name="tag"),
    path(f"{ACCOUNT}/throw-away", arranging.trash, name="throw-away"),
    path(f"{ACCOUNT}/undo/<uuid:undo_id>", arranging.undo, name="undo"),
    path(f"{ACCOUNT}/trash", trash.trash, name="trash"),
    path(f"{ACCOUNT}/trash/restore", trash.restore, name="restore"),
    path(f"{ACCOUNT}/trash/delete", trash.delete, name="trash-delete"),
    path(f"{ACCOUNT}/trash/empty", trash.empty, name="trash-empty"),
    path(f"{ACCOUNT}/room", room.room, name="room"),
    path(f"{ACCOUNT}/room/versions", room.versions_delete, name="versions-delete"),
    path(f"{ACCOUNT}/delete", room.account_delete, name="account-delete"),
    path(ITEM, item.item, name="item"),
    path(f"{ITEM}/file", files.item_file, name="item-file"),
    path(f"{ACCOUNT}/links", shares.links, name="links"),
    path(f"{ACCOUNT}/links/<uuid:share_id>/revoke", shares.link_revoke, name="link-revoke"),
    path(f"{ITEM}/share", shares.link_new, name="link-new"),
    path(f"{ITEM}/remove", item.item_remove, name="item-remove"),
    path(f"{ITEM}/ask", contact.item_ask, name="item-ask"),
    path(f"{ITEM}/rename", arranging.rename, name="rename"),
    path(f"{ITEM}/tags", labels.tags_add, name="tags-add"),
    path(f"{ITEM}/tags/remove", labels.tag_remove, name="tag-remove"),
    path(f"{ITEM}/comments", labels.comment_add, name="comment-add"),
    path(f"{ITEM}/comments/<uuid:comment_id>/remove", labels.comment_remove, name="comment-remove"),
    path(f"{ITEM}/data", labels.data_put, name="data-put"),
    path(f"{ITEM}/data/remove", labels.data_remove, name="data-remove"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
