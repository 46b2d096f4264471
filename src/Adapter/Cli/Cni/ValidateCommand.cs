using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bridge.Adapter.Advice;
using CniInvoker;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>All that can be said against the configuration without attaching anything.</summary>
internal static class ValidateCommand
{
    private static readonly Argument<string?> Network = new("NET")
    {
        Description = "The network's name. Without it: every network.",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { CniCompletions.Networks },
    };

    public static Command Build(CniEnvironment environment)
    {
        var command = new Command(
            "validate",
            "Print what is wrong with the configuration directory, what is odd, and what its plugins need; and whether they are there " +
            "and speak the versions of their networks (VERSION). Exit code 1 when there is an error.")
        {
            Network, PluginVariableOption.Variables, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var console = parsed.InvocationConfiguration;
            var (directories, client) = await CniClientFactory.WithDirectoriesAsync(
                SettingsOf(parsed), environment, console.Error, PluginVariableOption.Read(parsed, environment), sparesAll: false,
                cancellationToken);
            var report = await ValidationReport.MakeAsync(
                client, new PluginPath(directories), parsed.GetValue(Network), cancellationToken);
            console.Output.WriteLine(JsonSerializer.Serialize(report, CniJson.Indented.ValidationReport));
            foreach (var sentence in report.Sentences)
                console.Error.WriteLine(sentence);

            return report.HasErrors ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }
}

/// <summary>What <c>validate</c> prints.</summary>
/// <param name="Errors">Why files are not used.</param>
/// <param name="Warnings">What is odd about files that are used.</param>
/// <param name="Notes">What works with known plugins, and what they need; changes no exit code.</param>
/// <param name="Networks">The networks that were looked at.</param>
internal sealed record ValidationReport(
    IReadOnlyList<ConfigurationProblem> Errors, IReadOnlyList<ConfigurationProblem> Warnings, IReadOnlyList<ConfigurationProblem> Notes,
    IReadOnlyList<ValidatedNetwork> Networks)
{
    [JsonIgnore]
    public bool HasErrors => Errors.Count > 0 || Networks.Any(network => network.Problems.Count > 0);

    /// <summary>The same for a person.</summary>
    [JsonIgnore]
    public IEnumerable<string> Sentences =>
    [
        .. Errors.Select(error => $"{error.File}: {error.Message}"),
        .. Warnings.Select(warning => $"{warning.File}: warning: {warning.Message}"),
        .. Networks.SelectMany(network => network.Problems.Select(problem => $"CNI network \"{network.Name}\": {problem}")),
        .. Notes.Select(note => $"{note.File}: note: {note.Message}"),
    ];

    public static async Task<ValidationReport> MakeAsync(
        CniClient client, PluginPath plugins, string? networkName, CancellationToken cancellationToken)
    {
        var contents = client.Networks();
        var only = networkName is null ? null : contents.Find(networkName)?.Source;
        var advice = RuleTable.Judge(Subject.Of(contents, plugins, HostFacts.Read()), _ => true)
            .Where(note => networkName is null || (only is null ? note.Network is null || note.Network == networkName : note.IsOf(only)))
            .ToLookup(note => note.Severity);
        var networks = new List<ValidatedNetwork>();
        var warnings = contents.Warnings.ToList();
        foreach (var name in networkName is null ? contents.Networks.Select(network => network.Name) : [networkName])
        {
            if (contents.Find(name) is not { } network)
            {
                networks.Add(ValidatedNetwork.Missing(name));
                continue;
            }

            var validation = await client.ValidateAsync(name, cancellationToken);
            warnings.AddRange(validation.Warnings);
            networks.Add(ValidatedNetwork.Of(
                network, validation, advice[Severity.Error].Where(note => note.File == network.Source).Select(note => note.Message)));
        }

        var unused = advice[Severity.Error].Where(note => contents.Networks.All(network => network.Source != note.File));
        return new ValidationReport(
            [.. contents.Problems, .. unused.Select(Problem)],
            [.. warnings.Concat(advice[Severity.Warning].Select(Problem)).Distinct()],
            [.. advice[Severity.Note].Select(Problem)],
            networks);
    }

    private static ConfigurationProblem Problem(Note note) => new(note.File, note.Message, note.JsonPath);
}

/// <param name="Name">The network's name.</param>
/// <param name="CniVersion">The version its plugins are spoken to in; null when there is no such network.</param>
/// <param name="File">Where it is configured.</param>
/// <param name="Plugins">The plugins' types, in the order of ADD.</param>
/// <param name="Capabilities">What its plugins can be given with CAP_ARGS.</param>
/// <param name="Problems">What stands against running it, a sentence each.</param>
internal sealed record ValidatedNetwork(
    string Name, string? CniVersion, string? File, IReadOnlyList<string> Plugins, IReadOnlyList<string> Capabilities,
    IReadOnlyList<string> Problems)
{
    /// <param name="network">The network.</param>
    /// <param name="validation">What its plugins answered.</param>
    /// <param name="faults">The errors of its file that rules have found.</param>
    public static ValidatedNetwork Of(NetworkConfiguration network, NetworkValidation validation, IEnumerable<string> faults) => new(
        network.Name,
        network.CniVersion,
        network.Source,
        [.. network.Plugins.Select(plugin => plugin.Type)],
        [.. validation.Capabilities.Order(StringComparer.Ordinal)],
        [.. validation.Problems, .. faults]);

    public static ValidatedNetwork Missing(string name) =>
        new(name, CniVersion: null, File: null, [], [],
            ["there is no such network, or the file that is meant to configure it is not usable"]);
}
