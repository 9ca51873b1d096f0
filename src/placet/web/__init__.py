"""The web pages: server-rendered, complete without JavaScript. A door: it translates and never decides."""
