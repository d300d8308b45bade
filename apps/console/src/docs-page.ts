/** The page of Swagger UI: all that it runs comes from files of its own, so that no inline script is needed. */
export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Muster API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/docs.js"></script>
</body>
</html>
`;

/** Shows our document; the token that is entered is kept by the browser tab only. */
export const docsProgram = `SwaggerUIBundle({
  url: '/docs-json',
  dom_id: '#swagger-ui',
  persistAuthorization: false,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
});
`;
