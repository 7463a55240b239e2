// Says, before anything is drawn, that scripts run here: the design system's styles ask for it.
document.body.className += " js-enabled" + ("noModule" in HTMLScriptElement.prototype ? " nhsuk-frontend-supported" : "");
