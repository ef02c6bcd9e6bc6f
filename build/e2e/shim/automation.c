// An LD_PRELOAD library for tests: WebKitWebDriver may take over the window of an unmodified program.
//
// It replaces the function with which Wails makes its web view by one that makes a view under automation, and hands
// that view to the driver when it asks for one.

#include <webkit2/webkit2.h>

static WebKitWebView *only_view;

static WebKitWebView *give_view(WebKitAutomationSession *session, gpointer data)
{
	(void)session, (void)data;
	return only_view;
}

static void on_started(WebKitWebContext *context, WebKitAutomationSession *session, gpointer data)
{
	(void)context, (void)data;
	WebKitApplicationInfo *info = webkit_application_info_new();
	webkit_application_info_set_name(info, "sightglass");
	webkit_application_info_set_version(info, 1, 0, 0);
	webkit_automation_session_set_application_info(session, info);
	webkit_application_info_unref(info);
	g_signal_connect(session, "create-web-view", G_CALLBACK(give_view), NULL);
}

GtkWidget *webkit_web_view_new_with_user_content_manager(WebKitUserContentManager *manager)
{
	WebKitWebContext *context = webkit_web_context_get_default();
	webkit_web_context_set_automation_allowed(context, TRUE);
	g_signal_connect(context, "automation-started", G_CALLBACK(on_started), NULL);
	only_view = g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context", context, "user-content-manager", manager,
		"is-controlled-by-automation", TRUE, NULL);
	return GTK_WIDGET(only_view);
}
