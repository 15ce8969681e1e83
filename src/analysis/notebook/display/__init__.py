"""What notebooks show: sentences, tables and figures that the PDF can set again."""
