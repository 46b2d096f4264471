using System.Text;

namespace Bridge.Fuzzing.Mutation;

/// <summary>What configurations and answers are made of, and what readers stumble over.</summary>
internal static class Words
{
    public static readonly IReadOnlyList<byte[]> Keys = Utf8(
        "name", "cniVersion", "cniVersions", "plugins", "type", "ipam", "capabilities", "disableCheck", "disableGC",
        "loadOnlyInlinedPlugins",
        "prevResult", "runtimeConfig", "cni.dev/attachments", "cni.dev/valid-attachments", "args", "dns", "interfaces", "ips", "routes",
        "address",
        "gateway", "interface", "version", "mac", "sandbox", "mtu", "dst", "gw", "priority", "table", "scope", "advmss", "nameservers",
        "domain",
        "search", "options", "ip4", "ip6", "ip", "code", "msg", "details", "supportedVersions", "socketPath", "pciID", "portMappings",
        "Name",
        "CNIVERSION", "PrevResult", "RuntimeConfig", "TYPE", "", "\\u0000", "a\\nb", "é", "\\ud83d\\ude00", "\\ud800", "type\\u202e",
        "$.x[0]");

    public static readonly IReadOnlyList<byte[]> Values = Utf8(
        "null", "true", "false", "\"true\"", "\"False\"", "\"\"", "{}", "[]", "[{}]", "[[]]", "[null]", "{\"type\":\"x\"}",
        "{\"mac\":true}",
        "0", "-0", "-1", "1", "1.0", "1e2", "1E-7", "1e999", "0.1", "255", "999", "65536", "2147483647", "2147483648", "4294967295",
        "4294967296",
        "9007199254740993", "18446744073709551616", "123456789012345678901234567890.123456789012345678901234567890",
        "\"0.1.0\"", "\"0.2.0\"", "\"0.3.0\"", "\"0.3.1\"", "\"0.4.0\"", "\"1.0.0\"", "\"1.1.0\"", "\"1.1\"", "\"1.2.0\"", "\"9.0.0\"",
        "\"1.0.0.0\"",
        "[\"0.4.0\",\"1.0.0\"]", "[\"1.0\",\"1.0.0\"]", "\"10.1.2.3/16\"", "\"10.1.2.3\"", "\"10.1.2.3/33\"", "\"10.1.2.3/+8\"",
        "\"10.1/8\"",
        "\"010.1.2.3/8\"", "\"0x0a.1.2.3/8\"", "\"fd00::3/64\"", "\"::ffff:10.1.2.3/112\"", "\"fe80::1%eth0\"", "\"[::1]:80\"",
        "\"0.0.0.0/0\"", "\"::/0\"",
        "\"bridge\"", "\"host-local\"", "\"pods\"", "\"../x\"", "\"a/b\"", "\"a\\nb\"", "\"a\\u0000b\"", "\"\\u001b[31m\"", "\"\\ud800\"",
        "\"\\udc00x\"",
        "\"\\ud83d\\ude00\"", "\"\\u2028\"", "\"é\"", "\"😀\"", "\"eth0\"", "\"/run/netns/c1\"", "\"c2:11:22:33:44:55\"");

    public static readonly IReadOnlyList<byte[]> Fragments = [.. Utf8(
        "\"", "{", "}", "[", "]", ",", ":", "\\", "\\u", "//", "/**/", "\n", "\r\n", "\t", " ", "\0", "\n%%\n", "signal 9", "signal 11",
        "timeout",
        "0\n", "1\n", "255\n", "NaN", "Infinity", "'", "True", "\u2028", "\u0085", "{\"a\":", "[[[[[[[[", "]]]]]]]]", "😀", "\u001b[31m"),
        [0xef, 0xbb, 0xbf], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xf8, 0x88, 0x80, 0x80, 0x80],
        [0x80], [0xfe, 0xff]];

    private static byte[][] Utf8(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}
