using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Ui;
using Bridge.Adapter.Ui.Picture;
using CniInvoker;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni ui</c>: the live picture, for a browser.</summary>
internal static class UiCommand
{
    public const string Name = "ui";

    private const string DefaultListen = "127.0.0.1:8399";

    private static readonly Option<string> Listen = ListenOption();

    public static Command Build()
    {
        var command = new Command(Name,
            "Show the CNI networks live in a browser: containers and pods, what comes and goes, traffic. Prints the URL, and runs until " +
            "Ctrl-C. Reads only. Needs root.")
        {
            Listen, Config,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SettingsOf(parsed), SettingsText.ParseEndPoint(parsed.GetValue(Listen)!)!, parsed.InvocationConfiguration, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        AdapterSettings settings, IPEndPoint address, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        if (LibC.EffectiveUser() != 0)
        {
            throw new ServiceException(
                "cnm-cni ui needs root: cnm-cni's socket belongs to root. Start it as root, for instance with sudo.");
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var ui = Open(settings, address);
        var running = ui.RunAsync(end.Token);
        await ShowAsync(ui.Server.EndPoint, ui.Server.Access.Token.Text, console);
        await running;
        return ExitCodes.Success;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true; // The usual end of this command.
            end.Cancel();
        }
    }

    private static UiRun Open(AdapterSettings settings, IPEndPoint address)
    {
        try
        {
            return new UiRun(settings, address, CachedResults.DefaultDirectory, TimeProvider.System);
        }
        catch (KernelException refused)
        {
            throw new ServiceException($"cnm-cni ui cannot read this host's links: {refused.Message}.", refused);
        }
    }

    private static async Task ShowAsync(IPEndPoint address, string token, InvocationConfiguration console)
    {
        if (!IPAddress.IsLoopback(address.Address))
        {
            await console.Error.WriteLineAsync(
                $"Warning: {address} can be reached from other hosts, and nothing is encrypted: who can read the traffic can use the " +
                "token. Better: listen on 127.0.0.1, and use ssh -L.");
        }

        var shown = Reachable(address);
        await console.Output.WriteLineAsync("The CNI networks of this host, live. Who has this URL can see them; Ctrl-C ends it:");
        await console.Output.WriteLineAsync($"http://{shown}/?token={token}");
        await console.Output.WriteLineAsync(
            $"From another computer: ssh -L {shown.Port}:{shown} {Environment.MachineName}, and open the same URL there.");
    }

    // Nobody can connect to "all addresses".
    private static IPEndPoint Reachable(IPEndPoint address) =>
        address.Address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, address.Port)
        : address.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, address.Port)
        : address;

    private static Option<string> ListenOption()
    {
        var option = new Option<string>("--listen")
        {
            Description = "The address on which browsers connect. Port 0 takes a free one.",
            HelpName = "ADDRESS:PORT",
            DefaultValueFactory = _ => DefaultListen,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && SettingsText.ParseEndPoint(given) is null)
                result.AddError($"--listen {given}: an IP address and a port are expected, for example {DefaultListen} or [::1]:8399.");
        });
        return option;
    }
}
