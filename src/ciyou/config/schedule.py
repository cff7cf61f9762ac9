"""What comes round while the worker runs: the one list of periodic jobs (each room adds its line)."""

from __future__ import annotations

from ciyou.apps.accounts.tidying import forget_ended_sessions
from ciyou.apps.accounts.tries import forget_tries
from ciyou.apps.alerts.closing import end_answered
from ciyou.apps.alerts.following import hand_on_open_alerts
from ciyou.apps.alerts.signs import watch_missed_visits
from ciyou.apps.alerts.silence import watch_silence
from ciyou.apps.audit.delivery import deliver_events, forget_delivered_events
from ciyou.apps.audit.periodic import Job
from ciyou.apps.audit.sealing import seal_entries, seal_everything
from ciyou.apps.awards.rounds import open_due_rounds, warn_of_ends
from ciyou.apps.care.campaign_closing import open_missing_closings
from ciyou.apps.care.campaign_following import hand_on_visits
from ciyou.apps.cases.case_tasks import review_ending_cases
from ciyou.apps.cases.leaving import give_to_covers, release_ended_posts
from ciyou.apps.cases.tasks import escalate_due
from ciyou.apps.cases.visit_following import plan_all_visits
from ciyou.apps.crossing.watching import urge_late
from ciyou.apps.disbursement.figures import keep_sums
from ciyou.apps.disbursement.month_tasks import open_missing_steps
from ciyou.apps.disbursement.tasks import resume_months
from ciyou.apps.entitlements.services import redetermine_due
from ciyou.apps.entitlements.tallies import keep_tallies
from ciyou.apps.exchange.tasks import resume_comparisons
from ciyou.apps.messages.outbox import forget_messages, send_messages
from ciyou.apps.messages.queueing import queue_messages
from ciyou.apps.oversight.exports import discard_export_files
from ciyou.apps.oversight.national_exports import resume_national_exports
from ciyou.apps.partners.following import expire_referrals
from ciyou.apps.plans.following import look_at_cases
from ciyou.apps.registry.services import make_all_match_keys, pass_eighteenth_birthdays
from ciyou.apps.schooling.following import watch_schooling
from ciyou.apps.training.guidance_following import watch_guidance
from ciyou.apps.training.watching import watch_training

MINUTE, HOUR = 60.0, 3600.0

JOBS: tuple[Job, ...] = (
    Job("seal_log", 3.0, seal_entries),
    Job("seal_whole_log", HOUR, seal_everything),
    Job("deliver_events", 2.0, deliver_events),
    Job("redetermine_due", MINUTE, redetermine_due),
    Job("queue_messages", 5 * MINUTE, queue_messages),
    Job("send_messages", MINUTE, send_messages),
    Job("keep_tallies", MINUTE, keep_tallies),
    Job("resume_months", MINUTE, resume_months),
    Job("open_missing_steps", 12 * HOUR, open_missing_steps),
    Job("resume_comparisons", MINUTE, resume_comparisons),
    Job("resume_national_exports", MINUTE, resume_national_exports),
    Job("escalate_tasks", 10 * MINUTE, escalate_due),
    Job("end_answered_alerts", 10 * MINUTE, end_answered),
    Job("urge_late", 10 * MINUTE, urge_late),
    Job("keep_sums", 10 * MINUTE, keep_sums),
    Job("give_to_covers", MINUTE, give_to_covers),
    Job("release_ended_posts", 10 * MINUTE, release_ended_posts),
    Job("pass_eighteenth_birthdays", HOUR, pass_eighteenth_birthdays),
    Job("make_match_keys", HOUR, make_all_match_keys),
    Job("open_due_rounds", HOUR, open_due_rounds),
    Job("warn_of_ends", HOUR, warn_of_ends),
    Job("plan_visits", 12 * HOUR, plan_all_visits),
    Job("hand_on_alerts", HOUR, hand_on_open_alerts),
    Job("hand_on_visits", HOUR, hand_on_visits),
    Job("watch_silence", 12 * HOUR, watch_silence),
    Job("watch_missed_visits", 12 * HOUR, watch_missed_visits),
    Job("open_missing_closings", 12 * HOUR, open_missing_closings),
    Job("look_at_cases", 6 * HOUR, look_at_cases),
    Job("review_ending_cases", HOUR, review_ending_cases),
    Job("forget_delivered_events", HOUR, forget_delivered_events),
    Job("discard_export_files", HOUR, discard_export_files),
    Job("expire_referrals", HOUR, expire_referrals),
    Job("watch_schooling", HOUR, watch_schooling),
    Job("forget_messages", HOUR, forget_messages),
    Job("watch_training", 6 * HOUR, watch_training),
    Job("watch_guidance", HOUR, watch_guidance),
    Job("forget_tries", HOUR, forget_tries),
    Job("forget_ended_sessions", HOUR, forget_ended_sessions),
)
