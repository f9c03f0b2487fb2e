"""Whom a seat may transfer to outside of the house (通讯录): numbers people entered, and no others."""
