"""What operators have said over the settings while gateways run: for all of them, with who, why and since."""
