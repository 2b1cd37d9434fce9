/* Shows the description of the interface; everything it needs is served here. */
window.addEventListener("load", function () {
  SwaggerUIBundle({ url: "openapi.json", dom_id: "#interface", deepLinking: true, validatorUrl: null });
});
