using System.Text;

namespace CniInvoker.Tests.Configuration;

public sealed class NetworkConfigurationTests
{
    [Fact]
    public void A_list_is_read()
    {
        var network = Parse("""
            {"cniVersion":"1.0.0","name":"pods","disableCheck":true,"plugins":[
              {"type":"bridge","ipam":{"type":"host-local"},"capabilities":{"mac":true,"ips":false}},{"type":"portmap","capabilities":null}]}
            """);

        network.Name.Should().Be("pods");
        network.CniVersion.Should().Be("1.0.0");
        network.DisableCheck.Should().BeTrue();
        network.Source.Should().Be("file");
        network.Plugins.Select(plugin => plugin.Type).Should().Equal("bridge", "portmap");
        network.Plugins.Select(plugin => plugin.IpamType).Should().Equal("host-local", null);
        network.Plugins[0].Capabilities.Should().Equal("mac");
        network.Plugins[1].Capabilities.Should().BeEmpty();
    }

    [Fact]
    public void A_single_plugin_becomes_a_list_of_one()
    {
        var network = Parse("""{"cniVersion":"0.4.0","name":"solo","type":"bridge","disableCheck":true,"mtu":1400}""");

        network.CniVersion.Should().Be("0.4.0");
        network.DisableCheck.Should().BeFalse("it has a meaning only in a list");
        network.Plugins.Single().Json.ToJsonString().Should().Be(
            """{"cniVersion":"0.4.0","name":"solo","type":"bridge","disableCheck":true,"mtu":1400}""");
    }

    [Fact]
    [Case(9, "passthrough")]
    [Spec("major-compatible")]
    public void A_list_survives_being_written_and_read()
    {
        var network =
            Parse("""{"x":[{"y":9007199254740993}],"plugins":[{"type":"a","z":1e300},{"type":"b"}],"name":"pods","cniVersions":["0.4.0","1.0.0"],"disableCheck":"True"}""");

        var text = Encoding.UTF8.GetString(network.ToUtf8Json().Span);
        var again = NetworkConfiguration.Parse(network.ToUtf8Json(), "journal");

        text.Should().Be(
            """{"x":[{"y":9007199254740993}],"plugins":[{"type":"a","z":1e300},{"type":"b"}],"name":"pods","cniVersions":["0.4.0","1.0.0"],"disableCheck":"True"}""");
        again.CniVersion.Should().Be("1.0.0");
        again.DisableCheck.Should().BeTrue();
    }

    [Fact]
    public void A_single_plugin_survives_being_written_and_read()
    {
        var again = NetworkConfiguration.Parse(Parse("""{"name":"solo","type":"bridge","big":9007199254740993}""").ToUtf8Json(), "journal");

        again.Name.Should().Be("solo");
        again.CniVersion.Should().Be("0.1.0");
        again.Plugins.Single().Json["big"]!.ToJsonString().Should().Be("9007199254740993");
    }

    [Fact]
    public void A_network_with_fewer_plugins_keeps_the_rest()
    {
        var network = Parse("""{"cniVersion":"1.0.0","name":"pods","disableCheck":true,"x":1,"plugins":[{"type":"a"},{"type":"b"}]}""");

        var fewer = network.WithPlugins(plugin => plugin.Type == "b");

        fewer.Plugins.Should().Equal(network.Plugins[1]);
        fewer.DisableCheck.Should().BeTrue();
        Encoding.UTF8.GetString(fewer.ToUtf8Json().Span).Should().Be(
            """{"cniVersion":"1.0.0","name":"pods","disableCheck":true,"x":1,"plugins":[{"type":"b"}]}""");
        network.Plugins.Should().HaveCount(2);
    }

    [Fact]
    public void What_is_handed_out_is_a_copy()
    {
        var network = Parse("""{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"a"}]}""");

        network.Plugins[0].Json["type"] = "changed";

        network.Plugins[0].Json["type"]!.GetValue<string>().Should().Be("a");
    }

    [Fact]
    [Case(11, "dup-keys")]
    public void Of_equal_keys_the_last_counts() =>
        Parse("""{"name":"n","plugins":[{"type":"a","type":"b"}]}""").Plugins[0].Type.Should().Be("b");

    [Fact]
    [Case(12, "case-type")]
    public void The_keys_of_a_plugin_are_read_in_any_letter_case()
    {
        var plugin = Parse("""{"name":"n","plugins":[{"TYPE":"a","Capabilities":{"mac":true},"IPAM":{"Type":"static"}}]}""").Plugins[0];

        plugin.Type.Should().Be("a");
        plugin.IpamType.Should().Be("static");
        plugin.Capabilities.Should().Equal("mac");
        plugin.Json.ToJsonString().Should().Be("""{"TYPE":"a","Capabilities":{"mac":true},"IPAM":{"Type":"static"}}""");
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("\"True\"", true)]
    [InlineData("\"FALSE\"", false)]
    [InlineData("null", false)]
    [Case(13, "bool-strings")]
    public void A_flag_may_be_written_as_text(string value, bool expected) =>
        Parse($$"""{"name":"n","disableCheck":{{value}},"plugins":[{"type":"a"}]}""").DisableCheck.Should().Be(expected);

    [Fact]
    public void A_byte_order_mark_is_skipped_and_invalid_text_is_replaced()
    {
        byte[] text = [0xEF, 0xBB, 0xBF, .. "{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\"x\":\""u8, 0xFF, .. "\"}]}"u8];

        NetworkConfiguration.Parse(text, "file").Plugins[0].Json["x"]!.GetValue<string>().Should().Be("\uFFFD");
    }

    [Fact]
    public void Values_may_be_nested_more_deeply_than_usual()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200));

        var network = Parse($$"""{"name":"n","plugins":[{"type":"a","x":{{deep}}}]}""");

        Encoding.UTF8.GetString(network.ToUtf8Json().Span).Should().Contain(deep);
    }

    [Fact]
    public void The_nesting_limit_of_a_single_plugin_leaves_room_for_the_list()
    {
        var (deepest, deeper) = (Single(897), Single(898));

        NetworkConfiguration.Parse(Parse(deepest).ToUtf8Json(), "again").Plugins.Should().ContainSingle();
        FluentActions.Invoking(() => Parse(deeper)).Should().Throw<CniConfigurationException>().WithMessage("*nested too deeply*");

        static string Single(int levels) => $$"""{"name":"n","type":"a","x":{{new string('[', levels)}}{{new string(']', levels)}}}""";
    }

    [Fact]
    public void An_error_after_deeply_nested_values_is_found()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200));

        var parse = () => Parse($"{{\"x\":{deep},\n\"name\":1}}");

        parse.Should().Throw<CniConfigurationException>().Which.Line.Should().Be(1, "there is neither a list nor a type");
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("[]", "line 1: $ is not a JSON object")]
    [InlineData("{\n\"name\" 1}", "line 2: invalid JSON: a ':' is missing before '1'")]
    [InlineData("{} x", "line 1: invalid JSON: there is text after the end of the value")]
    [InlineData("{\n\"name\":\"\\ud800\",\"plugins\":[{\"type\":\"a\"}]}",
        "line 2: $.name \"\ufffd\" may contain only ASCII letters, digits, '_', '.' and '-', and must start with a letter or digit")]
    [InlineData("{}", "line 1: $ has neither \"plugins\" nor \"type\"")]
    [InlineData("{\"plugins\":[{\"type\":\"a\"}]}", "line 1: $.name is missing or is not a string; name the network")]
    [InlineData("{\"type\":\"a\"}", "line 1: $.name is missing or is not a string; name the network")]
    [InlineData("{\"name\":\"n\",\n\"name\":\"a b\",\"plugins\":[{\"type\":\"a\"}]}",
        "line 2: $.name \"a b\" may contain only ASCII letters, digits, '_', '.' and '-', and must start with a letter or digit")]
    [InlineData("{\"name\":\"n\\n\",\"plugins\":[{\"type\":\"a\"}]}",
        "line 1: $.name \"n \" may contain only ASCII letters, digits, '_', '.' and '-', and must start with a letter or digit")]
    [InlineData("{\"name\":\"\",\"plugins\":[{\"type\":\"a\"}]}", "line 1: $.name \"\" is empty")]
    [InlineData("{\"name\":\"../x\",\"plugins\":[{\"type\":\"a\"}]}",
        "line 1: $.name \"../x\" may contain only ASCII letters, digits, '_', '.' and '-', and must start with a letter or digit")]
    [InlineData("{\"name\":\"a/b\",\"plugins\":[{\"type\":\"a\"}]}",
        "line 1: $.name \"a/b\" may contain only ASCII letters, digits, '_', '.' and '-', and must start with a letter or digit")]
    [InlineData("{\"name\":\"n\",\"loadOnlyInlinedPlugins\":true}", "line 1: $ has neither \"plugins\" nor \"type\"")]
    [InlineData("{\"name\":\"n\",\n\"plugins\":[]}", "line 2: $.plugins lists no plugin")]
    [InlineData("{\"name\":\"n\",\n\"plugins\":{}}", "line 2: $.plugins is not a list")]
    [InlineData("{\"name\":\"n\",\"plugins\":[\n{\"type\":\"a\"},\n1]}", "line 3: $.plugins[1] is not an object")]
    [InlineData("{\"name\":\"n\",\"plugins\":[\n{\"type\":\"a\"},\n{}]}", "line 3: $.plugins[1].type is missing or empty; name the plugin")]
    [InlineData("{\"name\":\"n\",\"plugins\":[{\n\n\"type\":1}]}", "line 3: $.plugins[0].type is not a string")]
    [InlineData("{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\n\"ipam\":1}]}", "line 2: $.plugins[0].ipam is not an object")]
    [InlineData(
        "{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\"ipam\":{\n\"type\":1}}]}", "line 2: $.plugins[0].ipam.type is not a string")]
    [InlineData("{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\n\"capabilities\":[]}]}",
        "line 2: $.plugins[0].capabilities is not an object of true/false values")]
    [InlineData("{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\n\"capabilities\":{\n\"mac\":1}}]}",
        "line 3: $.plugins[0].capabilities.mac must be true or false")]
    [InlineData("{\"name\":\"n\",\"disableCheck\":\"yes\",\"plugins\":[{\"type\":\"a\"}]}", "line 1: $.disableCheck must be true or false")]
    [InlineData("{\"name\":\"n\",\"loadOnlyInlinedPlugins\":1,\"plugins\":[{\"type\":\"a\"}]}",
        "line 1: $.loadOnlyInlinedPlugins must be true or false")]
    [InlineData("{\"name\":\"n\",\"plugins\":[{\"type\":\"../a\"}]}",
        "line 1: $.plugins[0].type \"../a\" contains '/' or NUL; a plugin type is a file name")]
    [InlineData("{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\"ipam\":{\"type\":\"..\"}}]}",
        "line 1: $.plugins[0].ipam.type \"..\" is the name of a directory; a plugin type is a file name")]
    [InlineData("{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\"dns\":[]}]}", "line 1: $.plugins[0].dns is not an object")]
    [InlineData(
        "{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\"dns\":{\"domain\":1}}]}", "line 1: $.plugins[0].dns.domain is not a string")]
    [InlineData("{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\"dns\":{\n\"Search\":[1]}}]}",
        "line 2: $.plugins[0].dns.search is not a list of strings")]
    [InlineData("{\"name\":\"n\",\"disableGC\":\"no\",\"plugins\":[{\"type\":\"a\"}]}", "line 1: $.disableGC must be true or false")]
    [InlineData("{\"name\":\"\u2028\\r\\n\\u001b[31mred\",\"type\":\"a\"}",
        "line 1: $.name \" [31mred\" may contain only ASCII letters, digits, '_', '.' and '-', and must start with a letter or digit")]
    [InlineData("{\"name\":\"n\",\"cniVersion\":1,\"plugins\":[{\"type\":\"a\"}]}", "line 1: $.cniVersion is not a string")]
    [Case(13, "bool-strings")]
    [Spec("name-characters", Libcni = "checks the name at ADD, not when it reads the file",
        Ours = "refused when the file is read, with line and value")]
    [Spec("name-file-path", Libcni = "checks the name at ADD, not when it reads the file",
        Ours = "refused when the file is read, with line and value")]
    [Spec("type-required")]
    [Spec("type-file-path", Libcni = "refuses it when the plugin's turn comes",
        Ours = "refused when the file is read, before any plugin has run")]
    [Spec("ipam-type-file-path", Libcni = "leaves it to the plugin that delegates", Ours = "refused when the file is read")]
    [Spec("inlined-only-needs-plugins")]
    public void An_error_is_reported_with_its_position(string text, string problem)
    {
        var parse = () => Parse(text);

        var mistake = parse.Should().Throw<CniConfigurationException>().Which;
        mistake.Problem.Should().Be(problem);
        mistake.Message.Should().Be($"CNI configuration file: {problem}.");
        mistake.Source.Should().Be("file");
    }

    [Fact]
    public void All_errors_are_reported_in_the_order_of_the_text()
    {
        var parse =
            () => Parse(
                "{\"plugins\":[{},\n{\"type\":\"a\",\"ipam\":1,\n\"capabilities\":{\"mac\":1,\"ips\":2}},\n3],\n" +
                "\"disableCheck\":\"perhaps\",\n\"cniVersions\":[\"x\"],\n\"name\":\"a b\"}");

        var mistake = parse.Should().Throw<CniConfigurationException>().Which;
        mistake.Problems.Select(problem => (problem.Line, problem.JsonPath)).Should().Equal(
            (1, "$.plugins[0].type"), (2, "$.plugins[1].ipam"), (3, "$.plugins[1].capabilities.mac"), (3, "$.plugins[1].capabilities.ips"),
            (4, "$.plugins[2]"),
            (5, "$.disableCheck"), (6, "$.cniVersions[0]"), (7, "$.name"));
        mistake.Message.Should().Contain("; line 2: $.plugins[1].ipam is not an object; ");
    }

    [Fact]
    public void Of_very_many_errors_the_first_are_reported()
    {
        var parse = () => Parse($"{{\"name\":\"n\",\"plugins\":[{string.Join(',', Enumerable.Repeat("{}", 50_000))}]}}");

        var mistake = parse.Should().Throw<CniConfigurationException>().Which;
        mistake.Problems.Should().HaveCount(21);
        mistake.Problems[^1].Message.Should().Be("there may be more errors after these");
    }

    [Fact]
    public void Keys_reserved_for_runtimes_are_a_warning_with_position()
    {
        var network =
            Parse("{\"name\":\"n\",\"plugins\":[{\"type\":\"a\"},{\"type\":\"b\",\n\"PrevResult\":{},\n" +
                "\"runtimeConfig\":{},\n\"cni.dev/valid-attachments\":[]}]}");

        network.Warnings.Select(warning => warning.Message).Should().Equal(
            "line 2: $.plugins[1].PrevResult is reserved for runtimes and is not passed to the plugin",
            "line 3: $.plugins[1].runtimeConfig is reserved for runtimes and is not passed to the plugin",
            "line 4: $.plugins[1]['cni.dev/valid-attachments'] is reserved for runtimes and is not passed to the plugin");
    }

    [Fact]
    public void Excessive_nesting_is_refused()
    {
        var parse = () => Parse("{\"name\":" + string.Concat(Enumerable.Repeat("[", 100_000)));

        parse.Should().Throw<CniConfigurationException>().Which.Line.Should().Be(1);
    }

    private static NetworkConfiguration Parse(string text) => NetworkConfiguration.Parse(Encoding.UTF8.GetBytes(text), "file");
}
