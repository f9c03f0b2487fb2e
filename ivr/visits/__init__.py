"""Result visits (结果回访): the hotline calls whose case was closed and asks whether the result is good."""
