"""From publishable tables to report.json, and from report.json to HTML, PDF, index and workbook."""
