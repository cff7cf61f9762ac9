"""Every address of the product: the registry of routes, and the pages for what goes wrong."""

from ciyou.web.routes import ROUTES, urlpatterns_of

urlpatterns = urlpatterns_of(ROUTES)
handler400 = "ciyou.web.pages.errors.bad_request"
handler403 = "ciyou.web.pages.errors.forbidden"
handler404 = "ciyou.web.pages.errors.not_found"
handler500 = "ciyou.web.pages.errors.broken"
