using System.CommandLine;
using System.CommandLine.Parsing;
using Bridge.Adapter.Cli.Completion;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Translation;
using CniInvoker;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary>
/// <c>cnm-cni networks</c> and <c>cnm-cni networks create</c>. They need no daemon: they read the configuration directory and ask Docker
/// themselves.
/// </summary>
internal static class NetworksCommand
{
    private static readonly Argument<string?> CniNetwork = new("NAME")
    {
        Description = "The CNI network: the name in its file, as `cnm-cni networks` lists it. May be left out where there is only one.",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { Completions.CniNetworks },
    };

    private static readonly Option<string?> DockerName = NameOption();

    private static readonly Option<bool> Internal = new("--internal") { Description = "Without a way out: no gateway, no default route." };

    private static readonly Option<string?> Ipam = IpamOption();

    private static readonly Option<KeyValuePair<string, string>[]> NetworkOption = new("--option", "-o")
    {
        Description = "A further option of the Docker network, as with docker network create -o. Can be given several times.",
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = ReadOptions,
        DefaultValueFactory = _ => [],
    };

    public static Command Build()
    {
        var list = new Command("networks",
            "Show the CNI networks of this host and the Docker networks that stand for them. Asks Docker, not the daemon.")
        {
            Json, Config, Create(),
        };
        list.SetAction((parsed, cancellationToken) =>
            ListAsync(SettingsOf(parsed), parsed.GetValue(Json), parsed.InvocationConfiguration.Output, cancellationToken));
        return list;
    }

    private static Command Create()
    {
        var create = new Command("create",
            "Make a Docker network for a CNI network, with the options that it needs. Prints the network's name and id.")
        {
            CniNetwork, DockerName, Ipam, Internal, NetworkOption, Config,
        };
        create.SetAction((parsed, cancellationToken) =>
        {
            var request = new NetworkRequest(
                parsed.GetValue(CniNetwork),
                parsed.GetValue(DockerName),
                ToChoice(parsed.GetValue(Ipam)),
                parsed.GetValue(Internal),
                parsed.GetValue(NetworkOption)!.ToDictionary());
            return CreateAsync(SettingsOf(parsed), request, parsed.InvocationConfiguration.Output, cancellationToken);
        });
        return create;
    }

    private static async Task<int> ListAsync(AdapterSettings settings, bool json, TextWriter output, CancellationToken cancellationToken)
    {
        using var docker = new DockerEngine(settings.DockerSocket, TimeProvider.System);
        var driver = new DriverName(settings, docker);
        var found = await DirectoryLookup.FindAsync(settings, cancellationToken);
        var contents = new ConfigurationDirectory(() => found.ConfigurationDirectories).Load();
        IReadOnlyList<DockerNetwork> networks = [];
        IReadOnlyList<ClusterInContainers> clusters = [];
        string? silence = null;
        try
        {
            networks = await docker.CniNetworksAsync(await driver.AskAsync(cancellationToken), cancellationToken);
            clusters = await docker.ClustersAsync(cancellationToken);
        }
        catch (DockerException failure)
        {
            silence = failure.Message;
        }

        var plugins = new PluginPath(found.PluginDirectories);
        var listing = NetworksListing.Of(contents, networks, plugins, silence) with
        {
            Directories = ListedDirectories.Of(found, clusters),
            Notes = await NetworksAdvice.ReadAsync(
                contents, plugins, silence is null ? docker : null, driver.Known, cancellationToken),
        };
        NetworksReport.Write(listing, json, output);
        return ExitCodes.Success;
    }

    private static async Task<int> CreateAsync(
        AdapterSettings settings, NetworkRequest request, TextWriter output, CancellationToken cancellationToken)
    {
        using var docker = new DockerEngine(settings.DockerSocket, TimeProvider.System);
        var driver = new DriverName(settings, docker);
        try
        {
            var found = await DirectoryLookup.FindAsync(settings, cancellationToken);
            var creation = new NetworkCreation(docker, new ConfigurationDirectory(() => found.ConfigurationDirectories), settings, driver);
            var (name, id, plan) = await creation.CreateAsync(request, cancellationToken);
            var addresses = plan.WhyNull is { } reason
                ? $"--ipam-driver null, because {reason}"
                : $"--ipam-driver {driver.Known}, {plan.Pools}";
            var attach = plan.WhyInSandbox is { } need ? $"; -o {NetworkOptions.AttachKey}=sandbox, because {need}" : "";
            await output.WriteLineAsync($"{name} {id}: CNI network {plan.CniNetwork}, {addresses}{attach}");
            return ExitCodes.Success;
        }
        catch (DockerRefusalException refusal) when (!UnixSocketHttp.IsServed(settings.Socket))
        {
            var problem = File.Exists(settings.Socket)
                ? $"Nothing listens on the driver's socket {settings.Socket}"
                : $"The driver's socket {settings.Socket} is not there";
            throw new CnmException(
                $"{refusal.Message}. {problem}: start the driver with `cnm-cni serve` as root (with systemd: `systemctl start cnm-cni`).",
                refusal);
        }
    }

    // Docker accepts any name, but its API cannot address a network whose name has a slash.
    private static Option<string?> NameOption()
    {
        var option = new Option<string?>("--name")
            { Description = "The Docker network's name. Without it: the CNI network's.", HelpName = "DOCKER-NAME" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }]
                && !(name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && name.All(IsPartOfName)))
            {
                result.AddError(
                    $"--name \"{name}\" is no name for a network: letters, digits, '.', '_' and '-', the first one a letter or a digit.");
            }
        });
        return option;
    }

    private static bool IsPartOfName(char part) => char.IsAsciiLetterOrDigit(part) || part is '.' or '_' or '-';

    private static Option<string?> IpamOption()
    {
        var option = new Option<string?>("--ipam")
        {
            Description = "cni: addresses are reserved ahead through the CNI network's own IPAM, and docker network inspect shows the " +
                "subnet. null: they are chosen when a container starts. Without it: cni where possible.",
            HelpName = "cni|null",
            CompletionSources = { "cni", "null" },
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value is not ("cni" or "null"))
                result.AddError($"--ipam {token.Value} is neither cni nor null.");
        });
        return option;
    }

    private static IpamChoice ToChoice(string? ipam) => ipam switch
    {
        "cni" => IpamChoice.Cni,
        "null" => IpamChoice.Null,
        _ => IpamChoice.WherePossible,
    };

    private static KeyValuePair<string, string>[] ReadOptions(ArgumentResult result)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var token in result.Tokens.Select(token => token.Value))
        {
            var (key, value) = (token.Split('=')[0], token[Math.Min(token.Length, token.IndexOf('=') + 1)..]);
            var problem = token switch
            {
                _ when key.Length == 0 || !token.Contains('=') => $"-o {token} is not KEY=VALUE.",
                _ when key == NetworkOptions.CniNetworkKey => $"-o {token}: which CNI network it is, is said by NAME.",
                _ when !options.TryAdd(key, value) => $"-o {key} is given twice.",
                _ => null,
            };
            if (problem is not null)
                result.AddError(problem);
        }

        return [.. options];
    }
}
