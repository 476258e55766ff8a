"""What both apps show: reading a posted form, drawing a questionnaire, and the manners of every page."""
