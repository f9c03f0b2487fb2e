"""What a seat does with its call (坐席通话控制): pure plans, and the orders to the switch they come to."""
