// What libvirt is told of an instance.
#include "hypervisor/kvm/domain_xml.hpp"

#include <gtest/gtest.h>

#include "hypervisor/kvm/domain_view.hpp"
#include "hypervisor/kvm/xml.hpp"
#include "hypervisor/spec_rules.hpp"

namespace welkin::hypervisor::kvm {
namespace {

const Uuid id = *Uuid::parse("01939f00-1111-7222-8333-444455556666");
const Uuid volume = *Uuid::parse("01939f00-aaaa-7bbb-8ccc-ddddeeeeffff");

InstanceSpec spec() {
  InstanceSpec spec;
  spec.id = id;
  spec.name = "i-2-7-VM";
  spec.cpus = 2;
  spec.memory_bytes = 256 << 20;
  DiskSpec root;
  root.id = volume;
  root.path = "/pool/a&b'<c>.qcow2";
  root.format = "qcow2";
  spec.disks.push_back(root);
  NicSpec nic;
  nic.mac = "02:00:4c:00:00:01";
  nic.bridge = "brvx-100";
  nic.tap = "i-2-7-VM-0";
  nic.mtu = 1450;
  spec.nics.push_back(nic);
  return spec;
}

XmlElement domain(const InstanceSpec& spec, const Machine& machine = {}) {
  return read_xml(domain_xml(spec, machine));
}

TEST(DomainXml, cannot_be_broken_out_of_by_any_text) {
  const auto xml = domain(spec());
  EXPECT_EQ(xml.at("devices/disk/source").attribute("file"), "/pool/a&b'<c>.qcow2");
  EXPECT_EQ(xml.at("devices").all("disk").size(), 2u);  // the root and the empty drive
}

TEST(DomainXml, names_every_disks_format_so_that_nothing_is_probed) {
  auto wish = spec();
  wish.disks[0].format = "raw";
  EXPECT_EQ(domain(wish).at("devices/disk/driver").attribute("type"), "raw");
  for (const auto* disk : domain(wish).at("devices").all("disk"))
    EXPECT_FALSE(disk->at("driver").attribute("type").empty());
}

TEST(DomainXml, is_emulated_unless_the_machine_is_accelerated) {
  EXPECT_EQ(domain(spec()).attribute("type"), "qemu");
  EXPECT_EQ(domain(spec()).at("cpu").attribute("mode"), "maximum");
  const auto fast = domain(spec(), {.accelerated = true});
  EXPECT_EQ(fast.attribute("type"), "kvm");
  EXPECT_EQ(fast.at("cpu").attribute("mode"), "host-model");
}

TEST(DomainXml, tells_cloud_init_where_it_runs) {
  const auto xml = domain(spec());
  std::string product;
  for (const auto* entry : xml.at("sysinfo/system").all("entry"))
    if (entry->attribute("name") == "product") product = entry->text;
  EXPECT_EQ(product, "CloudStack KVM Hypervisor");
  EXPECT_EQ(xml.at("os/smbios").attribute("mode"), "sysinfo");
}

TEST(DomainXml, gives_room_to_grow_only_when_asked) {
  const auto still = domain(spec());
  EXPECT_EQ(still.at("vcpu").text, "2");
  EXPECT_TRUE(still.at("maxMemory").name.empty());
  EXPECT_TRUE(still.at("cpu/numa").name.empty());
  auto wish = spec();
  wish.cpus_max = 4;
  wish.memory_bytes_max = 512 << 20;
  const auto roomy = domain(wish);
  EXPECT_EQ(roomy.at("vcpu").text, "4");
  EXPECT_EQ(roomy.at("vcpu").attribute("current"), "2");
  EXPECT_EQ(roomy.at("maxMemory").text, std::to_string(512 << 20));
  EXPECT_EQ(roomy.at("cpu/numa/cell").attribute("cpus"), "0-3");
}

TEST(DomainXml, keeps_the_console_on_the_host_and_behind_its_password) {
  auto wish = spec();
  const auto open = domain(wish).at("devices/graphics");
  EXPECT_EQ(open.at("listen").attribute("address"), "127.0.0.1");
  EXPECT_TRUE(open.attribute("passwd").empty());
  wish.console_password = Secret("12345678more");
  EXPECT_EQ(domain(wish).at("devices/graphics").attribute("passwd"), "12345678");
}

TEST(DomainXml, orders_disks_and_nics_by_position) {
  auto wish = spec();
  auto data = wish.disks[0];
  data.id = id;
  data.position = 1;
  wish.disks.insert(wish.disks.begin(), data);
  std::vector<std::string> targets;
  for (const auto* disk : domain(wish).at("devices").all("disk"))
    targets.push_back(disk->at("target").attribute("dev"));
  EXPECT_EQ(targets, (std::vector<std::string>{"vda", "vdb", "hdc"}));
}

TEST(DomainXml, boots_from_the_disc_first_when_the_instance_wishes_so) {
  auto wish = spec();
  EXPECT_EQ(domain(wish).at("os/boot").attribute("dev"), "hd");
  wish.details["boot"] = "cdrom";
  EXPECT_EQ(domain(wish).at("os/boot").attribute("dev"), "cdrom");
}

/// Attack 16.
TEST(DomainXml, says_nothing_of_details_that_it_does_not_know) {
  auto wish = spec();
  const auto before = domain_xml(wish, {});
  for (const auto* key : {"extraconfig-1", "vmid", "xml", "path"}) wish.details[key] = "<qemu:commandline/>";
  EXPECT_EQ(domain_xml(wish, {}), before);
}

TEST(DomainXml, limits_only_what_has_a_limit) {
  auto wish = spec();
  EXPECT_TRUE(domain(wish).at("devices/disk/iotune").name.empty());
  wish.disks[0].write_operations_per_second = 300;
  const auto tuned = domain(wish).at("devices/disk/iotune");
  EXPECT_EQ(tuned.at("write_iops_sec").text, "300");
  EXPECT_TRUE(tuned.at("read_bytes_sec").name.empty());
}

TEST(DomainXml, bypasses_the_page_cache_where_the_file_allows_it) {
  EXPECT_EQ(domain(spec()).at("devices/disk/driver").attribute("cache"), "none");
  const Machine slow{.direct = [](const std::string&) { return false; }};
  EXPECT_EQ(domain(spec(), slow).at("devices/disk/driver").attribute("cache"), "writeback");
}

TEST(DomainXml, passes_devices_of_the_host_as_devices) {
  auto wish = spec();
  wish.disks[0].path = "/dev/vg/lv";
  const auto disk = domain(wish).at("devices/disk");
  EXPECT_EQ(disk.attribute("type"), "block");
  EXPECT_EQ(disk.at("source").attribute("dev"), "/dev/vg/lv");
}

TEST(DomainView, reads_back_what_was_written) {
  auto wish = spec();
  DiskSpec disc;
  disc.id = id;
  disc.path = "/pool/x.iso";
  disc.format = "raw";
  disc.kind = DiskKind::cdrom;
  disc.position = cdrom_position;
  wish.disks.push_back(disc);
  const auto view = read_domain(domain_xml(wish, {.serial_log = "/logs/x.log"}));
  EXPECT_TRUE(view.ours);
  EXPECT_EQ(view.cpus, 2);
  EXPECT_EQ(view.serial_log, "/logs/x.log");
  ASSERT_NE(view.disk(volume), nullptr);
  EXPECT_EQ(view.disk(volume)->target, "vda");
  EXPECT_EQ(view.disk(volume)->serial, "01939f00aaaa7bbb8ccc");
  ASSERT_NE(view.disk(id), nullptr);
  EXPECT_EQ(view.disk(id)->target, "hdc");
  ASSERT_NE(view.nic("02:00:4C:00:00:01"), nullptr);
  EXPECT_EQ(view.nic("02:00:4c:00:00:01")->tap, "i-2-7-VM-0");
}

TEST(DomainView, does_not_take_a_strangers_domain_for_ours) {
  EXPECT_FALSE(
      read_domain("<domain type='kvm'><name>x</name><metadata><a:b xmlns:a='urn:other'/></metadata></domain>")
          .ours);
}

TEST(Xml, escapes_what_would_end_a_text) {
  EXPECT_EQ(XmlWriter().leaf("a", {{"b", "'\"<&>\n"}}, "x&y").take(),
            "<a b='&apos;&quot;&lt;&amp;&gt;&#10;'>x&amp;y</a>\n");
  EXPECT_EQ(XmlWriter().leaf("a", {}, std::string_view("\x01", 1)).take(), "<a>\xEF\xBF\xBD</a>\n");
}

TEST(Xml, refuses_what_is_none) {
  EXPECT_THROW(read_xml("<a><b></a>"), Error);
  EXPECT_THROW(read_xml(""), Error);
}

}  // namespace
}  // namespace welkin::hypervisor::kvm
