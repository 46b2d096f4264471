using System.CommandLine;
using System.Runtime.InteropServices;
using Bridge.Adapter.Cli.Cni;
using Bridge.Adapter.Cli.Completion;
using Bridge.Adapter.Control;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Reachability;
using Bridge.Adapter.Reachability.Probes;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni test</c>.</summary>
internal static class TestCommand
{
    public const string Name = "test";

    private static readonly Argument<string?> Network = new Argument<string?>("NETWORK")
    {
        Description = "A Docker network of the driver, or the CNI network that one stands for. May be left out where there is only one.",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { Completions.DockerNetworks, Completions.CniNetworks },
    }.Named();

    public static Command Build()
    {
        var (timeout, resolve) = (TimeoutOption("The longest time for the test itself, with a unit: 500ms, 30s, 5m."), ResolveOption());
        var command = new Command(Name,
            "Test a network with throw-away containers and a namespace attached like a pod: who reaches whom, published ports, names, " +
            "the largest packets. Needs root, and downloads no image. Exit code 1 when something that should be reached is not.")
        {
            Network, timeout, resolve, Json, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            // With a lost terminal too, what was made is removed.
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                interrupted.Cancel();
            });
            var report = await RunAsync(
                SettingsOf(parsed), parsed.GetValue(Network), parsed.GetValue(resolve)!,
                SettingsText.ParseDuration(parsed.GetValue(timeout)!)!.Value, parsed.InvocationConfiguration.Error, interrupted.Token);
            ReachabilityReport.Write(report, parsed.GetValue(Json), parsed.InvocationConfiguration.Output);
            return report.IsWell ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static async Task<TrialReport> RunAsync(AdapterSettings settings, string? network, string outsideName, TimeSpan timeout,
        TextWriter error, CancellationToken cancellationToken)
    {
        ProcessRights.RequireRoot(Name, "it makes network namespaces and runs plugins");
        if (!SleepProgram.IsKnownFor(RuntimeInformation.OSArchitecture))
            throw new TrialException($"cnm-cni test runs on x64 and arm64, and this is {RuntimeInformation.OSArchitecture}.");

        using var docker = new DockerEngine(settings.DockerSocket, TimeProvider.System);
        using var daemon = new ControlClient(settings.Socket);
        var networks = await docker.NetworksAsync(cancellationToken);
        var client = await CniClientFactory.OfAsync(
            settings, new CniEnvironment(_ => null), error, new Dictionary<string, string>(), sparesAll: false, cancellationToken);
        var driver = await new DriverName(settings, docker).AskAsync(cancellationToken);
        var subject = TrialSubject.Find(network, driver, networks, client.Networks());
        await daemon.StatusAsync(cancellationToken);
        return await new NetworkTrial(docker, daemon, client, settings, TimeProvider.System)
            .RunAsync(subject, outsideName, timeout, cancellationToken);
    }

    private static Option<string> ResolveOption()
    {
        var option = new Option<string>("--resolve")
        {
            Description = "A name that the host resolves, for the column \"outside name\".",
            HelpName = "NAME",
            DefaultValueFactory = _ => "example.com",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && !DnsMessage.IsName(given))
                result.AddError($"--resolve {given}: this is no name of a host.");
        });
        return option;
    }
}
