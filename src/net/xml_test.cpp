// XML as CloudStack's clients expect it.
#include "net/xml.hpp"

#include <gtest/gtest.h>

#include "base/described.hpp"

namespace welkin::net {

namespace {
struct Nic {
  FIELDS(Nic,
    (std::string, ip_address, "Its address."),
    (bool, is_default, "Whether it is the default.", .wire = "isdefault"))
};
struct Machine {
  FIELDS(Machine,
    (std::string, name, "Its name."),
    (std::int64_t, memory, "In MiB."),
    (double, load, "Of its processors."),
    (Time, created, "When."),
    (std::vector<Nic>, nic, "Its nics."),
    (std::vector<std::string>, words, "Some words."),
    (TextMap, details, "Free-form."),
    (std::optional<std::string>, group, "Perhaps."),
    (std::vector<Nic>, tags, "Printed though empty.", .keep_empty = true))
};

template <class T>
std::string xml_of(const T& value) {
  std::string out;
  XmlSink sink(out);
  sink.open("root", {{"version", "4.<23>"}});
  write(sink, value);
  sink.close("root");
  return out;
}
}  // namespace

TEST(XmlSink, writes_members_lists_and_objects) {
  Machine machine;
  machine.name = "a & b";
  machine.memory = 512;
  machine.load = 0.5;
  machine.created = parse_time("2026-11-22T07:08:57Z").value();
  machine.nic = {{"10.0.0.1", true}, {"10.0.0.2", false}};
  machine.words = {"one", "two"};
  machine.details = {{"cpu speed", "1"}};
  EXPECT_EQ(xml_of(machine),
            "<root version=\"4.&lt;23&gt;\"><name>a &amp; b</name><memory>512</memory><load>0.5</load>"
            "<created>2026-11-22T07:08:57+0000</created>"
            "<nic><ipaddress>10.0.0.1</ipaddress><isdefault>true</isdefault></nic>"
            "<nic><ipaddress>10.0.0.2</ipaddress><isdefault>false</isdefault></nic>"
            "<words>one</words><words>two</words><details><cpu_speed>1</cpu_speed></details></root>");
}

TEST(XmlSink, writes_lists_of_the_root_by_their_key) {
  std::string out;
  XmlSink sink(out);
  sink.open("listresponse");
  sink.begin_object();
  sink.key("count", "count");
  sink.integer(2);
  sink.key("zone", "zone");
  sink.begin_list();
  for (const auto* name : {"a", "b"}) {
    sink.begin_object();
    sink.key("name", "name");
    sink.text(name);
    sink.key("none", "none");
    sink.null();
    sink.end_object();
  }
  sink.end_list();
  sink.end_object();
  sink.close("listresponse");
  EXPECT_EQ(out,
            "<listresponse><count>2</count><zone><name>a</name></zone><zone><name>b</name></zone>"
            "</listresponse>");
}

TEST(XmlSink, keeps_lists_in_lists_apart) {
  std::string out;
  XmlSink sink(out);
  sink.begin_list();
  sink.begin_list();
  sink.integer(1);
  sink.end_list();
  sink.text("x");
  sink.end_list();
  EXPECT_EQ(out, "<item>1</item><item>x</item>");
}

TEST(XmlSink, escapes_and_leaves_out_what_xml_forbids) {
  using namespace std::string_view_literals;
  std::string out;
  append_xml_text(out, "<a href=\"x\">'&'</a>]]>\t\n\r\0\x01\x1f\x7f\xc3\xa9\xff\xef\xbf\xbf\xed\xa0\x80"sv);
  EXPECT_EQ(out,
            "&lt;a href=&quot;x&quot;&gt;&apos;&amp;&apos;&lt;/a&gt;]]&gt;\t\n&#13;\x7f\xc3\xa9"
            "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(XmlSink, makes_names_of_anything) {
  std::string out;
  XmlSink sink(out);
  sink.begin_object();
  for (const auto* key : {"1st", "a b<c>", "", "\xc3\xa9", "xml:x"}) {
    sink.key(key, key);
    sink.boolean(true);
  }
  sink.end_object();
  EXPECT_EQ(out, "<_1st>true</_1st><a_b_c_>true</a_b_c_><_>true</_><__>true</__><xml_x>true</xml_x>");
}

}  // namespace welkin::net
