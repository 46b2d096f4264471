namespace Bridge.Frames;

/// <summary>In milliseconds.</summary>
/// <param name="Times">Between two frames.</param>
/// <param name="Long">Tasks of the main thread of more than 50 ms.</param>
internal sealed record FrameTimes(double[] Times, double[] Long)
{
    public override string ToString()
    {
        double[] sorted = [.. Times.Order()];
        return $"{sorted.Length} frames, median {At(0.5):0.0} ms, 95 % {At(0.95):0.0} ms, 99 % {At(0.99):0.0} ms, longest {At(1):0.0} ms; "
            + $"{Long.Length} long tasks" + (Long.Length > 0 ? $", longest {Long.Max():0} ms" : "");

        double At(double part) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
    }
}
