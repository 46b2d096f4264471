// Several hosts of one cluster, each with Docker, pods, cnm-cni and a range of its own: who reaches whom, and what the others notice when
// one loses power or leaves. Everything happens in throw-away hosts on this machine, which are joined by a switch.

using Bridge.Samples.MultiHost;
using Bridge.Samples.Presentation;
using Bridge.TestHosts;
using Bridge.TestHosts.Racks;
using Spectre.Console;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

if (HostRequirements.Missing() is { } missing)
{
    Console.Error.WriteLine(missing);
    return 2;
}

CnmCniBinary.Require();
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 140; // Otherwise it takes 80 columns, and breaks lines.

var progress = new StepLog();
var settings = options.ShowsCost ? AttachCost.QuietSettings : null;
progress.Say($"Starting {options.Hosts} hosts on one switch, each with its own dockerd, containerd (CRI) and cnm-cni");
try
{
    await using var rack = await Rack.StartAsync(options.Hosts, options.Backend, settings, interrupted.Token);
    var isGood = options.ShowsCost
        ? await new CostComparison(rack, progress).RunAsync(interrupted.Token)
        : await new Story(rack, progress).RunAsync(interrupted.Token);
    if (!isGood)
        Console.Error.WriteLine(rack.Logs);

    progress.Say("Taking the hosts away");
    return isGood ? 0 : 1;
}
// Ctrl-C reaches the commands in the hosts too, and may end one before this program notices: any failure may be its consequence.
catch (Exception) when (interrupted.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(1)))
{
    return 130;
}
