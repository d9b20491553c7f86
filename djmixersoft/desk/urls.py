"""Every address of the desk. Each leads to a view with exactly one purpose."""

from django.urls import path

from djmixersoft.desk.views import accesses, adding, handing_over, processes, questions, readings, replies, signing, you
from djmixersoft.pages import converters, errors

converters.register()

urlpatterns = [
    path("", you.desk, name="desk"),
    path("health", signing.health, name="health"),
    path("sign-in", signing.sign_in, name="desk-sign-in"),
    path("sign-in/second-factor", signing.second_factor, name="second-factor"),
    path("sign-out", signing.sign_out, name="desk-sign-out"),
    path("welcome/<secret:token>", signing.welcome, name="welcome"),
    path("questions", questions.questions, name="questions"),
    path("questions/<uuid:ticket_id>", questions.question, name="question"),
    path("questions/<uuid:ticket_id>/set", questions.question_set, name="question-set"),
    path("replies", replies.replies, name="replies"),
    path("replies/<uuid:reply_id>", replies.reply, name="reply"),
    path("replies/<uuid:reply_id>/remove", replies.reply_remove, name="reply-remove"),
    path("access", accesses.accesses, name="accesses"),
    path("access/new", accesses.access_new, name="access-new"),
    path("access/<uuid:request_id>", accesses.access, name="access"),
    path("access/<uuid:request_id>/withdraw", accesses.access_withdraw, name="access-withdraw"),
    path("access/<uuid:request_id>/answer", accesses.access_answer, name="access-answer"),
    path("access/<uuid:request_id>/unlock", accesses.unlock, name="unlock"),
    path("readings/<uuid:reading_id>", readings.reading, name="reading"),
    path("readings/<uuid:reading_id>/file", readings.reading_file, name="reading-file"),
    path("readings/<uuid:reading_id>/close", readings.reading_close, name="reading-close"),
    path("processes", processes.processes, name="processes"),
    path("processes/new", processes.process_new, name="process-new"),
    path("processes/<uuid:process_id>", processes.process, name="process"),
    path("processes/<uuid:process_id>/paper", processes.process_paper, name="process-paper"),
    path("processes/<uuid:process_id>/confirm", processes.process_confirm, name="process-confirm"),
    path("processes/<uuid:process_id>/end", processes.process_end, name="process-end"),
    path("processes/<uuid:process_id>/open", processes.process_open, name="process-open"),
    path("processes/<uuid:process_id>/silence", processes.silence_ask, name="silence-ask"),
    path("processes/<uuid:process_id>/silence/<uuid:silence_id>", processes.silence_confirm, name="silence-confirm"),
    path("processes/<uuid:process_id>/unlock/<uuid:access_id>", processes.process_unlock, name="process-unlock"),
    path("processes/readings/<uuid:reading_id>", readings.process_reading, name="process-reading"),
    path("processes/readings/<uuid:reading_id>/file", readings.process_reading_file, name="process-reading-file"),
    path("processes/readings/<uuid:reading_id>/close", readings.process_reading_close, name="process-reading-close"),
    path("processes/<uuid:process_id>/hand-over/<uuid:access_id>", handing_over.hand_over, name="hand-over"),
    path("you", you.you, name="you"),
    path("you/password", you.password, name="desk-password"),
    path("you/factors/new", adding.factor_new, name="factor-new"),
    path("you/factors/<uuid:factor_id>/drop", you.factor_drop, name="factor-drop"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
