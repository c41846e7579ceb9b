// Viewer response, for /assets/: their names carry a digest of their content, so browsers keep them.
// CloudFront calls this for successes alone: that a file is missing must not be remembered for a year.
function handler(event) {
  const response = event.response;
  response.headers["cache-control"] = { value: "public, max-age=31536000, immutable" };
  return response;
}
