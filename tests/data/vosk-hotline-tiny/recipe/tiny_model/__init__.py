"""A tiny Mandarin model for vosk, built from espeak-ng's speech; see README.md beside this package."""
