// Shows the description of the API by Swagger UI; who has to sign in first is sent there.
(async () => {
  const place = document.getElementById("reference");
  const { description, signIn } = place.dataset;
  const response = await fetch(description);
  if (response.status === 401 && signIn) {
    location.replace(signIn);
    return;
  }
  if (!response.ok) {
    place.textContent = `The description cannot be shown: ${response.status} ${response.statusText}`;
    return;
  }
  const spec = await response.json();
  // What is tried out goes to where the description came from, also below the path of a proxy.
  spec.servers = [{ url: new URL(".", response.url).href.replace(/\/$/, "") }];
  place.textContent = "";
  window.SwaggerUIBundle({
    spec,
    domNode: place,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    supportedSubmitMethods: signIn ? ["get", "put", "post", "delete", "patch"] : [],
  });
})();
