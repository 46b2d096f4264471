using System.Text.Json.Nodes;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;
using Bridge.Adapter.Reload;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Tests.Cli;
using Bridge.Adapter.Tests.Cli.Cni;
using Bridge.Adapter.Tests.Source;
using static Bridge.Testing.JsonSchemas;

namespace Bridge.Adapter.Tests.Documentation.Json;

/// <summary>
/// docs/reference/json has a schema for each JSON output, made from the C# contract. With BRIDGE_WRITE_SCHEMAS=1 the tests write them.
/// </summary>
public sealed class JsonSchemaTests : DaemonCommandTest
{
    private static readonly Docstrings Docstrings = new();

    public static TheoryData<string> Names => [.. JsonContract.All.Select(contract => contract.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_committed_schema_is_that_of_the_contract(string name)
    {
        var schema = JsonContract.All.Single(contract => contract.Name == name).Schema(Docstrings);
        if (Environment.GetEnvironmentVariable("BRIDGE_WRITE_SCHEMAS") == "1")
            File.WriteAllText(SourceTree.PathOf(FileOf(name)), schema);

        File.ReadAllText(SourceTree.PathOf(FileOf(name))).Should().Be(schema, "BRIDGE_WRITE_SCHEMAS=1 makes this test write it");
    }

    [Fact]
    public void There_is_no_other_schema_and_the_documentation_lists_each()
    {
        var files = Directory.EnumerateFiles(SourceTree.PathOf(Folder), "*.json").Select(Path.GetFileName).ToArray();
        var page = string.Join('\n', SourceTree.Lines("docs/cli.md"));

        files.Should().BeEquivalentTo(Names.Select(row => $"{row.Data}.schema.json"));
        files.Should().OnlyContain(file => page.Contains($"(reference/json/{file})", StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_are_in_camelCase_and_values_of_enumerations_in_kebab_case()
    {
        foreach (var contract in JsonContract.All)
        {
            var schema = JsonNode.Parse(contract.Schema(Docstrings))!;
            Keys(schema).Should().NotBeEmpty();
            Keys(schema).Where(key => !char.IsAsciiLetterLower(key[0]) || !key.All(char.IsAsciiLetterOrDigit)
                || key.Contains("ID", StringComparison.Ordinal)).Should().BeEmpty(contract.Name);
            // IPv4 and IPv6 are names.
            Values(schema).Where(value => !value.StartsWith("IPv", StringComparison.Ordinal)
                && !value.All(letter => char.IsAsciiLetterLower(letter) || letter == '-')).Should().BeEmpty();
        }
    }

    [Fact]
    public void Every_key_has_a_meaning()
    {
        foreach (var contract in JsonContract.All)
        {
            Properties(JsonNode.Parse(contract.Schema(Docstrings)))
                .Where(property => (property.Value as JsonObject)?["description"] is null)
                .Select(property => property.Key).Should().BeEmpty(contract.Name);
        }
    }

    [Fact]
    public async Task What_commands_of_the_daemon_print_fits_their_schemas()
    {
        Daemon.Answers["POST /Bridge.Status"] = Answer(StatusCommandTests.Example());
        Daemon.Answers["POST /Bridge.Check"] = Answer(new CheckResponse([new CheckResult("e1", null, CheckOutcome.Skipped, "no CHECK")]));
        Daemon.Answers["POST /Bridge.Reload"] = Answer(new ReloadResponse(
            [new ReloadResult("e1", "web", "pods", ReloadOutcome.WouldBeRestored,
                [new MissingPartStatus(HostPart.Bridge, "bridge cni0")], null)], ["Restart dockerd."]));
        Daemon.Answers["POST /Bridge.Repair"] = Answer(new RepairResponse(
            [new FindingStatus("stolen-address", "e1", "container web", "it is gone", FindingState.WouldBeRepaired, "ADD")], ["Docker"]));
        Daemon.Answers["POST /Bridge.Forget"] = Answer(new ForgetResponse("container web", ["What bridge made stays."]));
        Daemon.Answers["POST /Bridge.Settle"] = Answer(new SettleResponse(["DEL of e1"]));

        await FitsAsync("status", "status --json");
        await FitsAsync("check", "check --json");
        await FitsAsync("reload", "reload --json");
        await FitsAsync("repair", "repair --dry-run --json");
        await FitsAsync("repair-forget", "repair --forget e1 --json");
        await FitsAsync("settle", "settle --json");
    }

    [Fact]
    public async Task What_cni_commands_print_fits_their_schemas()
    {
        using var host = new CniHost().WithSandbox().WithNetwork("pods", "1.1.0", "first").WithPlugin("first")
            .WithNetwork("lost", "1.0.0", "missing");
        await File.WriteAllTextAsync(Path.Combine(host.Networks, "broken.conflist"), "{", Cancellation);

        (await host.RunAsync(["add", "pods", host.Sandbox], Cancellation)).Should().Be(0);
        await host.RunAsync(["list"], Cancellation);
        Require("cni-list", host.Output);
        await host.RunAsync(["validate"], Cancellation);
        Require("cni-validate", host.Output);
        (await host.RunAsync(["add", "nowhere", host.Sandbox], Cancellation)).Should().NotBe(0);
        Require("cni-error", host.Output);
        (await host.RunAsync(["gc", "pods", "--force"], Cancellation)).Should().Be(0);
        Require("cni-gc", host.Output);
    }

    [Theory]
    [InlineData("status", """{"version":"0.1.0"}""")]
    [InlineData("check", """{"results":[{"endpointId":"e","containerName":null,"outcome":"PASSED","message":null}]}""")]
    [InlineData("settle", """{"pending":[1]}""")]
    public void Other_JSON_does_not_fit(string name, string json) => Fits(name, json).Should().BeFalse();

    private async Task FitsAsync(string name, string commandLine)
    {
        Output.GetStringBuilder().Clear();
        await RunAsync($"{commandLine} --config {ConfigFile}", Cancellation);
        Require(name, Output.ToString());
    }

    private static IEnumerable<string> Keys(JsonNode? schema) => Properties(schema).Select(property => property.Key);

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(JsonNode? schema) => schema switch
    {
        JsonObject node => node.SelectMany(member => member.Key == "properties"
            ? member.Value!.AsObject().SelectMany(property => Properties(property.Value).Prepend(property))
            : Properties(member.Value)),
        JsonArray nodes => nodes.SelectMany(Properties),
        _ => [],
    };

    private static IEnumerable<string> Values(JsonNode? schema) => schema switch
    {
        JsonObject node => node.SelectMany(member => member.Key == "enum"
            ? member.Value!.AsArray().OfType<JsonValue>().Select(value => value.GetValue<string>())
            : Values(member.Value)),
        JsonArray nodes => nodes.SelectMany(Values),
        _ => [],
    };
}
