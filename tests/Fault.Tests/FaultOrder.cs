namespace Bridge.Fault.Tests;

/// <summary>
/// The file that says at which of its next steps a build with fault points fails, and in which it counts them.
/// </summary>
/// <param name="path">On the machine.</param>
public sealed class FaultOrder(string path)
{
    private string StepsPath => path + ".steps";

    /// <summary>It is still there: the step has not come.</summary>
    public bool IsPending => File.Exists(path);

    /// <summary>What was counted since the order was given.</summary>
    public IReadOnlyList<string> Steps => File.Exists(StepsPath) ? File.ReadAllLines(StepsPath) : [];

    /// <param name="step">1 is the next one.</param>
    /// <param name="deed">What happens at that step.</param>
    /// <param name="beginning">Only steps that begin so are counted.</param>
    public void Give(int step, FaultDeed deed, string beginning = "")
    {
        File.Delete(StepsPath);
        File.WriteAllText(path + ".new", $"{step} {deed.ToString().ToLowerInvariant()} {beginning}");
        File.Move(path + ".new", path, overwrite: true);
    }

    public void Withdraw() => File.Delete(path);
}

/// <summary>What happens to cnm-cni at a step.</summary>
public enum FaultDeed
{
    /// <summary>The process is gone, as with kill -9.</summary>
    Kill,

    /// <summary>What it was about to do does not work: the disk is full, the kernel refuses.</summary>
    Fail,
}
