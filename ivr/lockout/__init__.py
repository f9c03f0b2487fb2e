"""Lock-out (密码锁定): addresses that try wrong SIP passwords are kept out for a while."""
