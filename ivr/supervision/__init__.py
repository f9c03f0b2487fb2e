"""Supervision (班长台): shift leaders listen to seats' calls, speak into them, take them over."""
