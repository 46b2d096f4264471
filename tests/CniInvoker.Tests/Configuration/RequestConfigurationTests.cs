using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Configuration;

public sealed class RequestConfigurationTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(4, "name-version-force")]
    [Spec("request-of-one-plugin")]
    [Spec("request-name")]
    [Spec("request-version")]
    public async Task Name_and_version_of_the_network_replace_those_of_the_plugin()
    {
        await AddAsync("""{"type":"first","name":"inner","cniVersion":"0.2.0"}""");

        _plugins.Stdin("first", "ADD")["name"]!.GetValue<string>().Should().Be("pods");
        _plugins.Stdin("first", "ADD")["cniVersion"]!.GetValue<string>().Should().Be("1.0.0");
    }

    [Fact]
    [Case(9, "passthrough", Libcni = "goes 10,000 levels deep",
        Ours = "900 levels, beyond which other readers of .NET do not go; deeper files are refused before anything runs")]
    [Case(10, "bigint", Libcni = "makes 9007199254740992 of 9007199254740993, and 1 of 1.0",
        Ours = "whole numbers are written whole, and exact beyond 2^53")]
    [Spec("additional-fields", Libcni = "passes them on, with numbers beyond 2^53 changed", Ours = "passed on exactly")]
    [Spec("unknown-fields", Libcni = "passes them on, with numbers beyond 2^53 changed", Ours = "passed on exactly")]
    [Spec("major-compatible")]
    public async Task Unknown_fields_arrive_unchanged_and_whole_numbers_as_digits()
    {
        const string Foreign =
            """{"deep":[{"null":null,"text":"<ü&\u2028\u2192>","list":[]}],"big":9007199254740993,"exact":1.0,"exponent":1e300,"negative":-0.0}""";

        await AddAsync($$"""{"type":"first","x-vendor":{{Foreign}}}""");

        var text = _plugins.StdinText("first", "ADD");
        text.Should().Contain("\"big\":9007199254740993").And.Contain("\"exact\":1,\"exponent\":1e300,\"negative\":-0");
        JsonNode.DeepEquals(_plugins.Stdin("first", "ADD")["x-vendor"]!["deep"], JsonNode.Parse(Foreign)!["deep"]).Should().BeTrue();
    }

    [Fact]
    [Case(5, "cap-filter")]
    [Case(6, "cap-key-kept")]
    [Spec("request-runtime-config")]
    [Spec("request-capabilities",
        Libcni = "keeps them, which the specification forbids; plugins that run other plugins read them again")]
    public async Task Only_enabled_capabilities_arrive()
    {
        await AddAsync("""{"type":"first","capabilities":{"a":true,"b":false,"d":true}}""",
            new JsonObject { ["a"] = 9007199254740993, ["b"] = 2, ["c"] = 3 });

        _plugins.Stdin("first", "ADD")["runtimeConfig"]!.ToJsonString().Should().Be("""{"a":9007199254740993}""");
        _plugins.Stdin("first", "ADD")["capabilities"]!.ToJsonString().Should().Be("""{"a":true,"b":false,"d":true}""");
    }

    [Fact]
    [Case(5, "cap-filter")]
    public async Task Without_a_matching_capability_there_is_no_runtimeConfig()
    {
        await AddAsync("""{"type":"first","capabilities":{"b":true}}""", new JsonObject { ["a"] = 1 });

        _plugins.Stdin("first", "ADD").ContainsKey("runtimeConfig").Should().BeFalse();
    }

    [Fact]
    [Case(7, "stale-runtimeConfig", Libcni = "passes it on where no capability replaces it", Ours = "removed")]
    [Case(8, "stale-prevResult", Libcni = "passes it on to the first plugin of an ADD, to GC and STATUS", Ours = "removed")]
    public async Task Keys_reserved_for_runtimes_are_removed()
    {
        await AddAsync(
            """{"type":"first","prevResult":{"ips":[]},"runtimeConfig":{"mac":"x"},"cni.dev/valid-attachments":[],"cni.dev/x":1,"args":{"cni":{"ips":["10.1.0.5"]}}}""");

        _plugins.Stdin("first", "ADD").Select(property => property.Key).Should().Equal("args", "cniVersion", "name", "type");
    }

    [Fact]
    public async Task Reserved_keys_are_removed_in_every_form_that_Go_matches()
    {
        await AddAsync("""{"type":"first","prevRe\u017fult":{"ips":[]},"capabilitie\u017f":{"a":true}}""", new JsonObject { ["a"] = 1 });

        _plugins.Stdin("first", "ADD").Select(property => property.Key).Should().Equal(
            "capabilitie\u017f", "cniVersion", "name", "runtimeConfig", "type");
    }

    [Fact]
    public async Task Keys_that_Go_matches_with_name_and_version_do_not_override_them()
    {
        await AddAsync(
            """{"name":"inner","NAME":"other","cniVersion":"0.2.0","CniVersion":"0.3.0","cniVer\u017fion":"0.3.1","type":"first","PREVRESULT":{}}""");

        // Go takes the last of several keys that differ in letter case only.
        _plugins.Stdin("first", "ADD").Select(property => property.Key).Should().Equal("CniVersion", "NAME", "cniVersion", "name", "type");
    }

    [Fact]
    [Case(7, "stale-runtimeConfig")]
    [Case(8, "stale-prevResult")]
    public async Task Reserved_keys_are_removed_for_STATUS_too()
    {
        _plugins.With("first");
        var network =
            ScriptedPlugins.Network("""{"type":"first","prevResult":{"ips":[]},"runtimeConfig":{"mac":"x"},"cni.dev/x":1}""", "1.1.0");

        await _plugins.Runtime().StatusAsync(network, Cancellation);

        _plugins.Stdin("first", "STATUS").Select(property => property.Key).Should().Equal("cniVersion", "name", "type");
    }

    [Theory]
    [InlineData("1450.0", "1450")]
    [InlineData("1.45e3", "1450")]
    [InlineData("1450.00000000000000000001", "1450")]
    [InlineData("145000E-2", "1450")]
    [InlineData("9007199254740993.0", "9007199254740993")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("-0.0", "-0")]
    [InlineData("0e999999999999", "0")]
    [InlineData("1e-400", "0")]
    [InlineData("1e21", "1e21")]
    [InlineData("1e22", "1e22")]
    [InlineData("0.5", "0.5")]
    [Case(10, "bigint")]
    public async Task Whole_numbers_are_written_without_point_and_exponent(string written, string told)
    {
        await AddAsync($$"""{"type":"first","mtu":{{written}},"capabilities":{"a":true} }""",
            (JsonObject)JsonNode.Parse($$"""{"a":[{"hostPort":{{written}} }]}""")!);

        _plugins.StdinText("first", "ADD").Should().Contain($"\"mtu\":{told}").And.Contain($"{{\"hostPort\":{told}}}");
    }

    [Fact]
    [Case(11, "dup-keys")]
    [Case(12, "case-type")]
    public async Task Of_keys_that_differ_in_letter_case_Go_reads_the_same_one_as_with_libcni()
    {
        await AddAsync("""{"type":"first","Type":"none","mtu":1400,"MTU":9000,"ipam":{"ranges":[{"end":1,"END":2}]}}""");

        _plugins.StdinText("first", "ADD").Should().Be(
            """{"MTU":9000,"Type":"none","cniVersion":"1.0.0","ipam":{"ranges":[{"END":2,"end":1}]},"mtu":1400,"name":"pods","type":"first"}""");
    }

    [Fact]
    public async Task A_capability_argument_of_null_arrives_as_null()
    {
        await AddAsync("""{"type":"first","capabilities":{"a":true}}""", new JsonObject { ["a"] = null });

        _plugins.StdinText("first", "ADD").Should().Contain("\"runtimeConfig\":{\"a\":null}");
    }

    [Fact]
    [Spec("check-same-parameters")]
    [Spec("check-same-attachment")]
    public async Task All_operations_pass_the_same_about_an_attachment()
    {
        var network = ScriptedPlugins.Network("""{"type":"first","capabilities":{"a":true}}""");
        var attachment = ScriptedPlugins.Attachment(capabilities: new JsonObject { ["a"] = new JsonArray(1, 2) });
        _plugins.With("first");

        var result = await _plugins.Runtime().AddAsync(network, attachment, previousResult: null, Cancellation);
        await _plugins.Runtime().CheckAsync(network, attachment, result, Cancellation);
        await _plugins.Runtime().DeleteAsync(network, attachment, result, Cancellation);

        var add = _plugins.Stdin("first", "ADD");
        add["prevResult"] = result.Json;
        _plugins.Stdin("first", "CHECK").ToJsonString().Should().Be(_plugins.Stdin("first", "DEL").ToJsonString());
        JsonNode.DeepEquals(_plugins.Stdin("first", "DEL"), add).Should().BeTrue();
    }

    private async Task AddAsync(string plugin, JsonObject? capabilities = null)
    {
        _plugins.With("first");
        await _plugins.Runtime().AddAsync(
            ScriptedPlugins.Network(plugin), ScriptedPlugins.Attachment(capabilities: capabilities), previousResult: null, Cancellation);
    }
}
