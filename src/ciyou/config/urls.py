"""Every address of the product: the registry of routes, and the pages for what goes wrong."""

from ciyou.web.routes import ROUTES, urlpatterns_of

urlpatterns = urlpatterns_of(ROUTES)
handler400 = "ciyou.web.errors.bad_request"
handler403 = "ciyou.web.errors.forbidden"
handler404 = "ciyou.web.errors.not_found"
handler500 = "ciyou.web.errors.broken"
