// A throw-away host with containers and pods that talk to each other, and its live picture in the browser (cnm-cni ui).
// With --record the program looks at that picture itself, and makes an animated one of it.

using Bridge.Samples.Live;
using Bridge.Samples.Presentation;
using Bridge.TestHosts;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};
var cancellationToken = interrupted.Token;

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
var progress = new StepLog();
try
{
    progress.Say("Starting a test host with its own dockerd, containerd (CRI) and cnm-cni");
    await using var host = await TestHost.StartAsync(Scene.Host, cancellationToken);
    progress.Say("Starting containers and pods that talk to each other");
    var scene = new Scene(host);
    await scene.StartAsync(cancellationToken);
    progress.Say("cnm-cni ui");
    // The page is a program of the test host; the browser is one of this machine.
    await using var relay = await host.ServeUiAsync(cancellationToken);

    using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    var play = scene.GoOnAsync(end.Token);
    if (options.Recording is { } file)
        await RecordAsync(host.UiUrl, file);
    else
        await ShowAsync(host.UiUrl, play);

    await end.CancelAsync();
    await play.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    progress.Say("Taking the test host away");
    return 0;
}
catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
{
    return 0;
}

async Task ShowAsync(Uri url, Task play)
{
    Console.WriteLine($"\n  Open  {url}\n\n  Containers and pods come and go there until you press Ctrl-C.\n");
    await play;
}

async Task RecordAsync(Uri url, string file)
{
    progress.Say("Recording");
    await Recording.MakeAsync(url, file, cancellationToken);
    progress.Say($"{file}: {new FileInfo(file).Length / 1024} KB");
}
