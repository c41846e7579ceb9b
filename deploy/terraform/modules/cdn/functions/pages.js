// Viewer request, for what the bucket serves: a path whose last part has no dot is a page of the
// terminal, and every page is index.html. The API has behaviours of its own and never comes here, so
// that its 403 and 404 stay what they are.
function handler(event) {
  const request = event.request;
  const last = request.uri.substring(request.uri.lastIndexOf("/") + 1);
  if (last.indexOf(".") === -1) {
    request.uri = "/index.html";
  }
  return request;
}
