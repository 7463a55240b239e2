"""The entrance: signing in with django-allauth, in our words and at our addresses."""
