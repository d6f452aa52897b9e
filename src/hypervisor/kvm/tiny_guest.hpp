// The smallest guest that behaves: one boot sector, for trials where an operating system would cost seconds.
// It obeys the power button and lets go of devices, as ACPI asks of a guest on a `pc` machine.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace welkin::hypervisor::kvm {

/// Says this on its serial port each time it boots.
constexpr const char* tiny_guest_greeting = "UP\n";

/// The first 512 bytes of its disk. Ports: 600h as in ACPI 6.4 §4.8.3, AE00h as in QEMU's acpi_pci_hotplug.
constexpr std::array<std::uint8_t, 512> tiny_guest() {
  constexpr std::uint8_t code[] = {
      0xFA, 0x31, 0xC0, 0x8E, 0xD8, 0x8E, 0xD0, 0xBC, 0x00, 0x7C,              // cli; ds = ss = 0; sp = 7C00h
      0xBA, 0xF8, 0x03, 0xB0, 'U',  0xEE, 0xB0, 'P',  0xEE, 0xB0, '\n', 0xEE,  // greets
      0xBA, 0x02, 0x06, 0xB8, 0x00, 0x01, 0xEF, 0xFB,                    // enables the power button; sti
      0xF4,                                                              // loop: hlt until the next tick
      0xBA, 0x10, 0xAE, 0x66, 0x31, 0xC0, 0x66, 0xEF,                    // selects the first PCI bus
      0xBA, 0x04, 0xAE, 0x66, 0xED, 0x66, 0x85, 0xC0, 0x74, 0x05,        // which slots are to be emptied?
      0xBA, 0x08, 0xAE, 0x66, 0xEF,                                      // ejects them
      0xBA, 0x00, 0x06, 0xED, 0xF6, 0xC4, 0x01, 0x74, 0xDF,              // was the button pressed? else loop
      0xB8, 0x00, 0x01, 0xEF, 0xBA, 0x04, 0x06, 0xB8, 0x00, 0x20, 0xEF,  // powers off
      0xEB, 0xD2};                                                       // loop
  std::array<std::uint8_t, 512> sector{};
  std::ranges::copy(code, sector.begin());
  sector[510] = 0x55;
  sector[511] = 0xAA;
  return sector;
}

}  // namespace welkin::hypervisor::kvm
